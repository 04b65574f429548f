"""Tables in databases of SQLite: the rows of a query, or of the only table.

Whole numbers and reals are numbers, text follows the rules of text, NULL is missing.
"""

from pathlib import Path

from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import table_format
from npnet.data.readers.child_process import ChildProcess
from npnet.data.readers.child_table import ChildTable
from npnet.data.readers.data_file import DataFile
from npnet.text import quoted

SECONDS = 600  # that a query may take
FORM = ("database", "SQLite database")


@table_format(
    "an SQLite database",
    (".db", ".db3", ".sqlite", ".sqlite3"),
    options=("query", "decimal"),
    magic=(b"SQLite format 3\0",),
)
class Database(ChildTable):
    """The rows of a query; see `npnet.data.readers.TableReader`."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        raw, path = file.unpacked(named=True)
        options = {
            "query": spec.query,
            "usual": schema.query,
            "path": str(path.absolute()),
            "descriptor": raw.fileno(),
            "seconds": SECONDS,
        }
        child = ChildProcess(raw, file.name, FORM, file.ending, options)
        super().__init__(child, file.name)
        found = file.chosen["query"] = child.layout["query"]
        log = Path(f"{path}-wal")
        if log.is_file() and log.stat().st_size:
            file.note(f"{file.name} has changes in {log.name}, which the fingerprint of the data leaves out")
        if spec.query is None and schema.query not in (None, found):
            file.note(f"the query of the training does not fit; read {quoted(found)}")
