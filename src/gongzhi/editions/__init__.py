"""Definitions in force: drafts, checks, second-person approval, publication, history (notice, 二(二))."""
