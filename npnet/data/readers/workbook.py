"""Tables in workbooks of Excel and OpenDocument: one sheet. The first row of several cells has the column names.

Numbers are numbers in whatever format they are shown, so that 50 % is 0.5. True and false are the texts `True` and
`False`, dates and times those of ISO 8601. A formula is its last result, a cell with an error the text of it.
"""

from importlib.util import find_spec

from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import table_format
from npnet.data.readers.child_process import ChildProcess
from npnet.data.readers.child_table import ChildTable
from npnet.data.readers.data_file import DataFile
from npnet.errors import DataError
from npnet.text import listed, quoted

INSTALL = 'pip install "npnet[excel]"'
MEMORY = 64  # bytes for each of the packed ones
MAGIC = (b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@table_format("a workbook", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), options=("sheet", "decimal"), magic=MAGIC)
class Workbook(ChildTable):
    """The rows of a sheet of a workbook; see `npnet.data.readers.TableReader`. Needs python-calamine."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        head = file.head()
        if head and not head.startswith(MAGIC):
            hint = "is it text? Then give it the suffix .csv; else save it as .xlsx"
            raise DataError(f"{file.name} is no workbook, whatever its suffix is", hint)
        if find_spec("python_calamine") is None:
            raise DataError(f"{file.name}: workbooks need python-calamine", INSTALL)
        options, form = {"sheet": spec.sheet, "usual": schema.sheet}, ("workbook", "workbook")
        child = ChildProcess(file.unpacked()[0], file.name, form, file.ending, options, MEMORY)
        super().__init__(child, file.name)
        found, unread = child.layout["sheet"], child.layout["unread"]
        file.chosen["sheet"] = spec.sheet or found
        if unread:
            file.note(f"read the sheet {quoted(found)}, not {listed(map(quoted, unread))}; sheet: names another")
        if spec.sheet is None and isinstance(schema.sheet, str) and schema.sheet != found:
            file.note(f"there is no sheet {quoted(schema.sheet)} as in training; read {quoted(found)}")
        if above := child.layout["above"]:
            file.note(f"left out {above} row{'s' * (above > 1)} above the column names")
