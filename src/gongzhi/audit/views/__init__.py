"""Pages of the trail: the list, one event, the proof that nothing was changed."""
