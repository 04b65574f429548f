"""Checks: gaps, duplicates, identifiers and leakage in a table."""
