"""The sections of a page, each a function from what is shown to its content, or None where it has none."""
