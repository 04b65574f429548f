"""Quasi-Newton optimizers: the curvature from the last steps, and a search along each step."""
