"""Layers of sequences: recurrent ones, which carry a state from step to step."""
