"""The taxpayer file (一户式): identities, links of rows to taxpayers, decisions on doubtful pairs (notice, 二(二))."""
