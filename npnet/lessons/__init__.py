"""Teaching material: a worked step as a page, and as a worksheet with its key."""
