"""C: the functions of each operation of a document, in C99."""
