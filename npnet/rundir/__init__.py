"""Run folders: the files that a training leaves, and the only code that knows their names."""
