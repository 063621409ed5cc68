"""The 41 collaboration items: requests, replies, pre-payment checks (notice, annex 4, 二(五)).

Its place is kept.
"""
