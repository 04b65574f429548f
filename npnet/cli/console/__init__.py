"""Console: what npnet says and how it looks on a terminal, in a pipe, and where nobody listens."""
