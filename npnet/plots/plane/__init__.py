"""Outputs over the plane of two features: how they are painted, and one of several labels."""
