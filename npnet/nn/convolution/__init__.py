"""Layers of windows that slide over the positions of a sequence or an image."""
