"""The long run: `python -m tests.faults.guided KIND` lets atheris choose what is tried by the branches it reaches.

KIND is `configs` or `tables`, drawn as in the suite, or `bytes`: any bytes as a config. What follows it goes to
libFuzzer: a folder to keep its findings in, -max_total_time=600. It needs the extra `fuzz` (Linux).
"""

import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

KINDS = ("configs", "tables", "bytes")
LONGEST, SECONDS = 1 << 14, 60


def main(arguments: list[str]) -> int:
    """Fuzz until libFuzzer ends, and give its exit code; 2 where there is nothing to fuzz with."""
    if not arguments or arguments[0] not in KINDS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import atheris
    except ImportError:
        print("atheris is not there: pip install 'npnet[fuzz]'", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["npnet"]):
        target = target_of(arguments[0])
    with TemporaryDirectory() as folder:
        sow(arguments[0], Path(folder))
        atheris.Setup([sys.argv[0], "-len_control=0", f"-max_len={LONGEST}", *arguments[1:], folder], target)
        process = get_context("fork").Process(target=atheris.Fuzz)  # it ends its process, and the folder would stay
        process.start()
        process.join()
    return process.exitcode or 0


def sow(kind: str, folder: Path) -> None:
    """Write what atheris begins with: the shipped configs, or as much chance as drawing takes."""
    from tests.faults.configs import shipped

    texts = (
        [text.encode() for text in shipped()] if kind == "bytes" else [Random(n).randbytes(LONGEST) for n in range(30)]
    )
    for number, data in enumerate(texts):
        (folder / str(number)).write_bytes(data)


def target_of(kind: str) -> Callable[[bytes], object]:
    """Run a case on the bytes that atheris makes."""
    from tests.faults import test_fuzz

    if kind == "configs":
        return test_fuzz.test_any_config_ends_as_documented.hypothesis.fuzz_one_input  # type: ignore[attr-defined, no-any-return]
    if kind == "tables":
        return test_fuzz.test_any_table_ends_as_documented.hypothesis.fuzz_one_input  # type: ignore[attr-defined, no-any-return]
    return check_bytes


def check_bytes(data: bytes) -> None:
    """Any bytes as a config, checked as `npnet config check` does."""
    from tests.faults.case import Case, held
    from tests.faults.configs import COMMANDS

    with TemporaryDirectory() as folder:
        outcome = held(Case("bytes", {"case.yaml": data}, COMMANDS[0]), Path(folder) / "case", SECONDS)
    assert outcome.broken == "", outcome.broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
