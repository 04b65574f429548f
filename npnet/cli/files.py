"""Files that a command was told to write: none is replaced unasked."""

from pathlib import Path

from npnet.errors import UsageError


def write(file: Path, text: str, force: bool) -> None:
    """Write a new file, or any with `force`; UsageError where one is there."""
    from npnet.io import explained, write_atomic, write_new

    if force:
        write_atomic(file, text.encode())
        return
    try:
        with explained(file):
            write_new(file, text.encode())
    except FileExistsError:
        raise UsageError(f"{file} is there already", "-f replaces it, -o FILE writes another one") from None
