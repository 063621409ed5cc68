"""The taxpayer file (一户式): identities, links of rows, decisions (notice, 二(二))."""
