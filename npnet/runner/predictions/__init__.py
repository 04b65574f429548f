"""Predictions of a run for other rows: read as its training read them, predicted, scored, and written."""
