"""Layers between the inputs of a row, and features at positions: there, and back."""
