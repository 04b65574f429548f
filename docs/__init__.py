"""What generates the reference, the schema and the pictures of the pages."""
