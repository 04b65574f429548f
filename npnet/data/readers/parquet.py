"""Tables in Parquet files: flat columns, read as those of a CSV file are.

Whole numbers and floats are numbers, unless their column is to be text: then each is the shortest text that reads
back as the same value. True and false are the texts `True` and `False`, dates and times those of ISO 8601; text
columns follow the rules of text, so that `"007"` in a column of such texts is the number 7 here and in a CSV file.

Decimals are numbers; NaN is missing.
"""

import importlib.metadata

from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import table_format
from npnet.data.readers.child_process import ChildProcess
from npnet.data.readers.child_table import ChildTable
from npnet.data.readers.data_file import DataFile
from npnet.errors import DataError

SAFE = (14, 0, 1)  # older ones run code that a file brings along: CVE-2023-47248
INSTALL = 'pip install "npnet[parquet]"'


@table_format("Parquet", (".parquet", ".pq"), options=("decimal",), magic=(b"PAR1",))
class Parquet(ChildTable):
    """The rows of a Parquet file; see `npnet.data.readers.TableReader`. Needs pyarrow."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        require_pyarrow(file.name, "Parquet")
        form = ("parquet", "Parquet file")
        super().__init__(ChildProcess(file.unpacked()[0], file.name, form, file.ending), file.name)


def require_pyarrow(name: str, form: str) -> None:
    """Raise DataError where there is no pyarrow, or one that is not safe."""
    try:
        version = importlib.metadata.version("pyarrow")
    except importlib.metadata.PackageNotFoundError:
        raise DataError(f"{name}: {form} files need pyarrow", INSTALL) from None
    if tuple(map(int, version.split(".")[:3])) < SAFE:
        raise DataError(f"{name}: pyarrow {version} is not safe to read files with", INSTALL)
