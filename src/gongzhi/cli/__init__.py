"""The `gongzhi` command: one file per noun, `__main__` puts them together.

Every command initialises an empty home first. Exit codes of `submit`: 0 all rows in, 3 some set aside,
4 refused, 5 awaiting a second person, 2 wrong usage.
"""
