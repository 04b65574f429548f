"""Faults: generated input of every odd kind, and the promise that each is tested for."""
