"""Code that exports in Python are made of: plain functions, copied with all that they use and nothing of npnet."""
