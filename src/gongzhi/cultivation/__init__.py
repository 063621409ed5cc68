"""Featured sectors, enterprise requests, early involvement (notice, 二(六)).

Its place is kept.
"""
