"""Pages of this room: signing in, one's own account, the people of the district."""
