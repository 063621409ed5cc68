"""Table + Resource into Findings: cell, code, severity, message, mend."""
