"""Credit evaluation, lists, incentives and restrictions, repair (notice, 二(四)).

Its place is kept.
"""
