"""Columns of other tables beside those of a table: found by a key, or aggregated over the rows of a key."""
