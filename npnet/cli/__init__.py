"""The command line: it parses, calls, and hands over; one file for each family of commands."""

from npnet.cli.app import main

__all__ = ["main"]
