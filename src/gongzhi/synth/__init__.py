"""A synthetic district with planted truth, for demos, tests and benchmarks.

It may not import the rules: a plain Python oracle computes what each planted case must give.
"""
