"""Joint meetings, resolutions, supervision (notice, 二(一), 三(一)).

Its place is kept.
"""
