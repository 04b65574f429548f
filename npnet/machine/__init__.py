"""The machine: its free resources, its refusals and its signals."""
