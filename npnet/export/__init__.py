"""Exports: a trained run as one document of data, and as a model in the formats of others."""
