"""Confidentiality agreements, purposes, reveal, quotas and the vault of originals (notice, 三(三))."""
