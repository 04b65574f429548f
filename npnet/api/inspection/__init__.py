"""Looking into a model: tables of its layers, what it computes inside, and checks of its gradients."""
