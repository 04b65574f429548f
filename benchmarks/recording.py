"""What `record: true` costs a training of circles: `taskset -c 0 python -m benchmarks.recording [PAIRS]`.

Trainings with and without it alternate in one process; their processor time is compared in pairs.
"""

import os
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median
from time import process_time

from npnet.cli import main

CONFIG = Path(__file__).parent.parent / "configs" / "circles.yaml"
PAIRS = 40


def trained(record: str, folder: Path) -> float:
    """Return the processor time of a training, in seconds."""
    began = process_time()
    with redirect_stdout(StringIO()):
        code = main(["train", str(CONFIG), f"record={record}", "--no-plots", "-q", "--run-dir", str(folder)])
    assert code == 0
    return process_time() - began


def compared(pairs: int) -> list[tuple[float, float]]:
    """Return the times without and with recording of some pairs, after one to warm up."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        for pair in range(pairs + 1):
            order = ("off", "true") if pair % 2 else ("true", "off")
            times = {record: trained(record, Path(place, f"{record}-{pair}")) for record in order}
            found.append((times["off"], times["true"]))
    return found[1:]


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    times = compared(int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)
    without, recorded = (median(column) for column in zip(*times, strict=True))
    print(f"without: {1000 * without:.0f} ms, with: {1000 * recorded:.0f} ms of processor time, the median of each")
    print(f"more, the median over {len(times)} pairs: {100 * median(b / a - 1 for a, b in times):.1f} %")
