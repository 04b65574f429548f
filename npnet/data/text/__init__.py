"""Texts: read as characters or bytes, coded by a vocabulary, and cut into windows."""
