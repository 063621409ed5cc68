"""Promises of confidentiality before shared data is seen, and looks at personal data for a stated purpose.

Purposes, quotas, each look with its event, and who used whose data how often (三(三)). The sealed originals
lie with their batches: the rooms above bring the row and the way to open it.
"""
