"""Datasets: everything that a config can name as its data."""
