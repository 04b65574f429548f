"""Diagnosis: judge a training by its record, and by probes of at most 200 steps, in verdicts with a next command."""
