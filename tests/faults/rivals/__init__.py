"""Rivals: the same faults against npnet's checkpoints and against what other libraries save."""
