"""Tables in Feather files, and in files or streams of Arrow, read as those of Parquet are."""

from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import table_format
from npnet.data.readers.child_process import ChildProcess
from npnet.data.readers.child_table import ChildTable
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.parquet import require_pyarrow


@table_format("Feather", (".feather", ".arrow", ".arrows", ".ipc"), options=("decimal",), magic=(b"ARROW1", b"FEA1"))
class Feather(ChildTable):
    """The rows of a Feather file; see `npnet.data.readers.TableReader`. Needs pyarrow."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        require_pyarrow(file.name, "Feather")
        form = ("arrow", "Feather file")
        super().__init__(ChildProcess(file.unpacked()[0], file.name, form, file.ending), file.name)
