"""Score periods, sheets, objections, bulletins (notice, 三(四)).

Its place is kept.
"""
