"""How fast npnet is beside the libraries that one would use instead: `make bench`."""
