"""Neural networks from the command line, on an engine written in NumPy alone."""

__version__ = "0.1.0"
