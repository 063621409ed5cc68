"""Units, posts, people and sign-in, grants, the three-level grid register (notice, 二(一), annex 1)."""
