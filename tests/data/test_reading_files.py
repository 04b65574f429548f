"""Where a table comes from: files, packed or not, standard input, and what is none; its hash, and files that change."""

import gzip
import hashlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers import delimited
from npnet.data.readers.data_file import opened
from npnet.data.readers.reading import read_frame
from npnet.errors import DataError
from tests.data.slow_reader import assert_read_as, refusal, slowly

GOOD = "a,b,y\n1,2,no\n3,4,yes\n5,6.5,no\n"
SCRIPT = """
import sys
from pathlib import Path
from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
frame, _ = read_frame(ReadOptions(path="-"), Path())
print(len(frame), list(frame.columns), frame.fingerprint)
"""


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("s3://bucket/t.csv", "is an address"),
        ("folder", "is a folder"),
        ("pipe", "is no regular file"),
        ("/dev/zero", "is no regular file"),
        ("nowhere/t.csv", "there is no file"),
        ("a.csv/t.csv", "there is no file"),
        ("nul\0.csv", "there is no file"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path, path, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.csv").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=message) as caught:
        read_frame(ReadOptions(path=path), tmp_path)
    assert caught.value.code == 4


def test_an_address_is_refused_and_nobody_is_asked(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(DataError, match="is an address"):
            read_frame(ReadOptions(path=f"http://127.0.0.1:{server.getsockname()[1]}/t.csv"), tmp_path)
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_missing_file_is_named_with_the_nearest_one(tmp_path):
    (tmp_path / "wine.csv").write_text(GOOD)
    with pytest.raises(DataError, match=r"there is no file vine\.csv") as caught:
        read_frame(ReadOptions(path="vine.csv"), tmp_path)
    assert caught.value.hint == 'did you mean "wine.csv"?'


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t.csv").write_text(GOOD)
    assert len(read_frame(ReadOptions(path="~/t.csv"), Path("/"))[0]) == 3


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv", "t.txt"])
def test_a_gzip_file_reads_as_what_is_in_it_whatever_its_name(tmp_path, name):
    packed = gzip.compress(GOOD[:20].encode()) + gzip.compress(GOOD[20:].encode())
    (tmp_path / name).write_bytes(packed)
    frame, _ = read_frame(ReadOptions(path=name), tmp_path)
    assert_read_as(frame, slowly(GOOD))
    assert frame.fingerprint == hashlib.sha256(packed).hexdigest()


@pytest.mark.parametrize("cut", [5, -20, -3])
def test_a_gzip_file_that_is_cut_short_is_refused(tmp_path, cut):
    said, _ = refusal(tmp_path, gzip.compress(GOOD.encode() * 50)[:cut])
    assert "is a damaged gzip file" in said


def test_the_fingerprint_is_that_of_the_file(tmp_path):
    content = ("a,x\n" + "1,2\n" * 40_000 + "2,x\n" * 41_000).encode()  # read a second time for the text of x
    (tmp_path / "t.csv").write_bytes(content)
    frame, _ = read_frame(ReadOptions(path="t.csv"), tmp_path)
    assert frame.fingerprint == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "content",
    [GOOD.encode(), gzip.compress(GOOD.encode(), mtime=0), b'{"a": 1, "b": 2, "y": "no"}\n' * 3],
    ids=["csv", "gzip", "jsonl"],
)
def test_standard_input_is_read_once_in_any_format(content):
    done = subprocess.run([sys.executable, "-c", SCRIPT], input=content, capture_output=True, check=False, timeout=60)
    assert done.stdout.decode() == f"3 ['a', 'b', 'y'] {hashlib.sha256(content).hexdigest()}\n", done.stderr.decode()


@pytest.mark.parametrize("name", ["t.tsv", "t.TSV.gz", "t.tab"])
def test_the_name_says_that_tabs_stand_between_cells(tmp_path, name):
    content = GOOD.replace(",", "\t").encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert_read_as(read_frame(ReadOptions(path=name), tmp_path)[0], slowly(GOOD))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text(GOOD)
    with pytest.raises(DataError, match="changed while it was read"), opened("t.csv", tmp_path):
        (tmp_path / "t.csv").write_text(GOOD + "7,8,no\n")


def test_a_file_that_somebody_appends_to_is_refused_whatever_else_is_off(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 1 << 12)
    path, stop = tmp_path / "t.csv", threading.Event()
    path.write_text("a,b\n" + "1,2\n" * 100_000)

    def append():
        with path.open("a") as file:
            while not stop.is_set():
                file.write("3\n")
                file.flush()

    writer = threading.Thread(target=append)
    writer.start()
    try:
        with pytest.raises(DataError, match="changed while it was read"):
            read_frame(ReadOptions(path="t.csv"), tmp_path)
    finally:
        stop.set()
        writer.join()


MEASURE = """
import re, sys
from pathlib import Path
import numpy as np
import pandas
from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
def peak():  # that of this program alone; ru_maxrss starts at what the process was that started it
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
rows = int(sys.argv[2])
before = peak()
frame, _ = read_frame(ReadOptions(path=sys.argv[1]), Path(), dtype=np.float32)
after = peak()
assert len(frame) == rows
print(after * 1024, (after - before) * 1024, sum(column.values.nbytes for column in frame.columns.values()))
"""


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is told by /proc")
def test_memory_holds_the_numbers_once(tmp_path):
    line = ",".join(f"{number}.5" for number in range(30)) + "\n"
    header = ",".join(f"x{number}" for number in range(30)) + "\n"
    (tmp_path / "t.csv").write_text(header + line * 1_000_000)
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "t.csv"), "1000000"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    whole, more, values = map(int, done.stdout.split())
    assert values == 30 * 4 * 1_000_000
    assert whole < 1.25 * values + 0.4e9, (whole, more)
    assert more < 1.25 * values + 0.15e9, (whole, more)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.jsonl"])
def test_lines_are_estimated_by_the_first_of_them(tmp_path, name):
    lines = b"".join(b'{"a": %d.5}\n' % (1000 + row % 9000) for row in range(200_000))
    (tmp_path / name).write_bytes(gzip.compress(lines) if name.endswith("gz") else lines)
    with opened(name, tmp_path) as file:
        assert 190_000 < file.lines() < 210_000
    (tmp_path / name).write_bytes(lines[:1400])
    with opened(name, tmp_path) as file:
        assert file.lines() == 100


def test_numbers_are_float64_unless_asked_otherwise(tmp_path):
    (tmp_path / "t.csv").write_text(GOOD)
    for dtype in (np.float32, np.float64):
        frame, _ = read_frame(ReadOptions(path="t.csv"), tmp_path, dtype=dtype)
        assert frame.columns["a"].values.dtype == dtype
