"""Signed packages to and from the bureau's network (notice, 三(三)).

Its place is kept.
"""
