"""How a unit's file comes in: upload, read, check, mend, commit; submissions, batches, receipts (notice, 二(二))."""
