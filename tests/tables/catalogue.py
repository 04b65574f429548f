"""The catalogue: all cases that may be looked at while npnet's reading of tables is written.

A case is tried so: `make.write(case, folder)` writes its file, `npnet init --data FILE --target TARGET` with the
arguments in `case.init` reads it, and `compare.differences(case, columns)` returns what is wrong with what was
understood; `compare.message_differences(case.error, message)` does so for an error. Further cases are in
`held_out.py`, for a verdict at the end: nobody should open it, or `make_held_out.py`, before.
"""

from tests.tables import catalogue_files, catalogue_meanings, catalogue_numbers, catalogue_text, catalogue_together
from tests.tables.case import Case

CASES: tuple[Case, ...] = (
    *catalogue_text.CASES,
    *catalogue_numbers.CASES,
    *catalogue_meanings.CASES,
    *catalogue_together.CASES,
    *catalogue_files.CASES,
)
