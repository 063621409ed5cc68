"""Tasks down three levels, visits, mobile pages (notice, annex 3, 二(三)).

Its place is kept.
"""
