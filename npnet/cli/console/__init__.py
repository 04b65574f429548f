"""Console: the text that npnet writes to terminals, pipes and files, and how it looks there."""
