"""Checks of a table before training: gaps, copies, identifiers, leakage, rare classes."""
