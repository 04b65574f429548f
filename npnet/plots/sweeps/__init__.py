"""Pictures of a sweep, one kind a file."""
