"""Units, posts, people and sign-in, grants, the three-level grid register (notice, 二(一), annexes 1 and 5)."""
