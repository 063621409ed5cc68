"""Unified credit codes (GB 32100), organisation codes (GB 11714), person ids (GB 11643), division codes."""
