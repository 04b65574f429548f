"""Layers of transformers: tokens become values, which know their position and attend to each other."""
