"""Reports: the page, its sections and its commands."""
