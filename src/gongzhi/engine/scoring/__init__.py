"""Facts and score items into scores with their arithmetic.

Its place is kept.
"""
