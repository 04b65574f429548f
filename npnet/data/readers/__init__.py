"""Readers: files of each format to blocks of cells."""
