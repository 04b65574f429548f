"""Columns: typed columns in memory and on disk."""
