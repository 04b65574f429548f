"""From a config and data to a resolved experiment: decided, checked and costed once."""
