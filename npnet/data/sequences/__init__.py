"""Sequences drawn from formulas: problems on which recurrent networks and attention are measured."""
