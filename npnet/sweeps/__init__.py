"""Sweeps: one config trained many times with other values, ranked and compared."""
