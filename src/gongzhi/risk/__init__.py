"""Scans, hits and their evidence (notice, 二(二)). A hit is 疑点, never 违法."""
