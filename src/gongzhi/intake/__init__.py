"""How a unit's file comes in: upload, read, check, mend, commit, receipt (notice, 二(二))."""
