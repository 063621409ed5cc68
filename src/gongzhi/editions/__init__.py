"""Definitions in force: drafts, checks, second-person approval, publication, history (notice, 二(二)).

Its place is kept; definitions are read from the folder until this room publishes them.
"""
