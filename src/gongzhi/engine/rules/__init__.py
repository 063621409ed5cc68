"""Run risk rules over a snapshot as of a day: hits with evidence."""
