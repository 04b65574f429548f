"""The command line of Python exports."""

import csv
import os
import sys
from collections.abc import Callable
from typing import Any

from npnet.export.python_code.reading import Row, rows_of


def main(predict: Callable[[list[Row]], list[dict[str, Any]]], writing: dict[str, Any]) -> None:
    """Print a prediction for each row of a CSV file."""
    if len(sys.argv) != 2:
        raise SystemExit(f"usage: python {sys.argv[0]} rows.csv")
    try:
        predictions = predict(rows_of(sys.argv[1], writing))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{sys.argv[0]}: {error}") from None
    writer = csv.DictWriter(sys.stdout, ["row", *(predictions or [{}])[0]], lineterminator="\n")
    try:
        writer.writeheader()
        writer.writerows({"row": number} | answer for number, answer in enumerate(predictions, 1))
        sys.stdout.flush()
    except BrokenPipeError:  # of a reader such as head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
