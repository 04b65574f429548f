"""A catalogue of small table files of every usual kind, with the right reading of each as literal values."""
