"""Images: which files a folder or a table names, their pixels, and pixels as columns of a frame."""
