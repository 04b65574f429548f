"""Estimators for scikit-learn: networks in pipelines, searches and cross-validations."""

from npnet.estimators.classifier import NPNetClassifier
from npnet.estimators.regressor import NPNetRegressor

__all__ = ["NPNetClassifier", "NPNetRegressor"]
