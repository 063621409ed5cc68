"""What is to be shared: resources and obligations, who owes what by when (notice, annex 2, 二(二))."""
