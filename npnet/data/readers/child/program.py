"""Limit the process, open a file of one format, and answer until standard input ends."""

import io
import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.abc import MetaPathFinder
from typing import Any

from npnet.data.readers.child.wire import GREEDY, File, FileError, Format, Options, message

GRACE = 5  # seconds after the signal that tells of the limit


class WithoutPandas(MetaPathFinder):
    """A finder that keeps pyarrow from importing pandas, which is slow and not needed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for pandas."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def send(messages: Iterator[bytes], title: str) -> None:
    """Write messages, and as the last one what is wrong with the file, if anything is."""
    try:
        for data in messages:
            sys.stdout.buffer.write(data)
    except MemoryError:
        sys.stdout.buffer.write(message({"error": GREEDY}))
    except FileError as error:
        sys.stdout.buffer.write(message({"error": error.what, "hint": error.hint}))
    except Exception as error:  # the parsers have many, and each means that the file is not what it should be
        why = str(error).strip().partition("\n")[0] or type(error).__name__
        sys.stdout.buffer.write(message({"error": f"is a damaged {title}: {why}"}))
    sys.stdout.buffer.flush()


def limit(memory: int, seconds: int) -> None:
    """Limit the address space and the processor time of this process."""
    for which, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with suppress(ValueError, OSError):  # macOS does not limit the address space
            resource.setrlimit(which, (most, most + GRACE if which == resource.RLIMIT_CPU else most))


def format_of(name: str) -> Callable[[io.BufferedReader, Options], Format]:
    """Return the format of a name; only its module is imported."""
    if name in ("parquet", "arrow"):
        from npnet.data.readers.child.arrow_tables import ArrowTable, ParquetTable

        return ParquetTable if name == "parquet" else ArrowTable
    if name in ("zip", "zst"):
        from npnet.data.readers.child.archives import Zip, Zst

        return Zip if name == "zip" else Zst
    if name == "workbook":
        from npnet.data.readers.child.workbook import SheetTable

        return SheetTable
    if name == "pictures":
        from npnet.data.readers.child.pictures import Pictures

        return Pictures
    from npnet.data.readers.child.database import QueryTable

    return QueryTable


def layout(table: Format) -> Iterator[bytes]:
    """Yield the layout of a file."""
    yield message(table.layout())


def main() -> None:
    """Open the file that the arguments name, and answer."""
    name, descriptor, memory, seconds, options = sys.argv[1:]
    sys.meta_path.insert(0, WithoutPandas())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this program
    limit(int(memory), int(seconds))
    raw: Any = File(int(descriptor))
    with io.BufferedReader(raw, 1 << 16) as file:
        table: Format = format_of(name)(file, json.loads(options))
        send(layout(table), table.title)
        for line in sys.stdin:
            send(table.answers(json.loads(line)), table.title)
