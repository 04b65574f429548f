"""Pictures of one run, one kind a file."""
