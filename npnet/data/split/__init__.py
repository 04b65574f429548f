"""Splits: which rows train, choose the best epoch and test."""
