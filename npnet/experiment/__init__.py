"""From a config and data to what will be trained: everything checked and costed once."""
