"""Which taxpayer a row is about, and how sure."""
