"""Inside a network with positions: feature maps, gates over time, attention weights of a few rows."""
