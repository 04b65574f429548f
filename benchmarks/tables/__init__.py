"""Real tables: npnet's preset and its peers on the same splits."""
