"""The machine that runs the textbook: graph, network, passes, updates, loop, cost."""
