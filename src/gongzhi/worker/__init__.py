"""One background process; pipeline.py is the way of a row, in order, one line a step."""
