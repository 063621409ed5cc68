"""公文 (GB/T 9704), workbooks and charts as files."""
