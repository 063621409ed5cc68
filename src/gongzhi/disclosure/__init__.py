"""Promises of confidentiality before shared data is seen (三(三)); purposes, reveal and quotas follow."""
