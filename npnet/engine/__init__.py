"""The machine that runs the textbook: graph and its cost, network, passes, updates, loop."""
