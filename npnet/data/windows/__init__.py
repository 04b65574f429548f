"""Windows of tables in order of time: rows that follow one another, as positions of a sample."""
