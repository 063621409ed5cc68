"""SM3, SM4, tokens for persons, hash chains."""
