"""Preprocessing: from columns to the inputs of a network, fitted on the training set."""
