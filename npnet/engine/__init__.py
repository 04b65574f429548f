"""The machine that runs the textbook: graph, network, passes, updates, the loop, cost and gradient check."""
