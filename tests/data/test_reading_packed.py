"""Packed files: zip with one member, zstd, gzip; bombs, damage, and names that are paths."""

import gzip
import hashlib
import subprocess
import sys
import zipfile
from typing import Any

import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers import packed
from npnet.data.readers.data_file import opened
from npnet.data.readers.reading import read_frame
from tests.data.slow_reader import assert_read_as, slowly
from tests.data.test_reading_files import SCRIPT
from tests.data.test_reading_formats import read, refusal

zstandard = pytest.importorskip("zstandard")
GOOD = "a,b,y\n" + "".join(f"{row},{row / 7},{'no' if row % 3 else 'yes'}\n" for row in range(3000))
LINES = '{"a": 1, "y": "p"}\n{"a": 2, "y": "q"}\n'


def zipped(path, **members) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["t.zip", "t.csv.zip", "t", "t.csv"])
@pytest.mark.parametrize("member", ["data.csv", "some folder/data", "../../etc/passwd.csv", "/root/x.csv", "C:\\x.csv"])
def test_the_member_of_a_zip_file_is_the_table_and_its_name_is_no_path(tmp_path, name, member):
    content = zipped(tmp_path / name, **{member: GOOD})
    before = sorted(tmp_path.parent.rglob("*"))
    frame = read(tmp_path, name)
    assert_read_as(frame, slowly(GOOD))
    assert frame.fingerprint == hashlib.sha256(content).hexdigest()
    assert sorted(tmp_path.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("member", "content", "same"),
    [
        ("t.tsv", GOOD.replace(",", "\t"), GOOD),
        ("T.TSV", GOOD.replace(",", "\t"), GOOD),
        ("t.jsonl", LINES, "a,y\n1,p\n2,q\n"),
    ],
)
def test_the_suffix_of_the_member_is_that_of_the_table(tmp_path, member, content, same):
    zipped(tmp_path / "t.csv.zip", **{member: content})
    assert_read_as(read(tmp_path, "t.csv.zip"), slowly(same))
    (tmp_path / f"{member}.zst").write_bytes(zstandard.compress(content.encode()))
    assert_read_as(read(tmp_path, f"{member}.zst"), slowly(same))


def test_folders_and_what_macos_adds_are_no_members(tmp_path):
    zipped(tmp_path / "t.zip", **{"x/": "", "x/data.csv": GOOD, "__MACOSX/x/._data.csv": "noise"})
    assert_read_as(read(tmp_path, "t.zip"), slowly(GOOD))


def test_a_zip_file_of_several_members_is_refused_with_their_names(tmp_path):
    zipped(tmp_path / "t.zip", **{"a.csv": GOOD, 'b"\n.csv': GOOD})
    said, hint = refusal(tmp_path, "t.zip")
    assert said == 't.zip holds 2 files: "a.csv", "b\\"\\n.csv"'
    assert hint == "unzip it, and name the file that is the table"
    zipped(tmp_path / "t.zip", **{f"{number}.csv": "" for number in range(50)})
    assert '"19.csv" and 30 more' in refusal(tmp_path, "t.zip")[0]
    zipped(tmp_path / "t.zip")
    assert refusal(tmp_path, "t.zip")[0] == "t.zip holds no file"


def test_a_member_with_a_password_is_refused(tmp_path):
    content = bytearray(zipped(tmp_path / "t.zip", **{"t.csv": GOOD}))
    content[content.rindex(b"PK\1\2") + 8] |= 1
    (tmp_path / "t.zip").write_bytes(content)
    assert "is protected by a password" in refusal(tmp_path, "t.zip")[0]


@pytest.mark.parametrize("name", ["t.zip", "t.csv.zst", "t.csv.gz"])
@pytest.mark.parametrize("cut", [6, 40, -100, -3])
def test_a_packed_file_that_is_cut_short_is_refused(tmp_path, name, cut):
    whole = {
        "t.zip": zipped(tmp_path / "t.zip", **{"t.csv": GOOD}),
        "t.csv.zst": zstandard.compress(GOOD.encode()),
        "t.csv.gz": gzip.compress(GOOD.encode()),
    }[name]
    (tmp_path / name).write_bytes(whole[:cut])
    assert "is a damaged" in refusal(tmp_path, name)[0]


def test_a_member_that_is_not_what_its_checksum_says_is_refused(tmp_path):
    content = bytearray(zipped(tmp_path / "t.zip", **{"t.csv": GOOD}))
    content[content.rindex(b"PK\1\2") + 16] ^= 1
    (tmp_path / "t.zip").write_bytes(content)
    assert "is a damaged zip file" in refusal(tmp_path, "t.zip")[0]


def test_several_frames_of_zstd_are_one_content(tmp_path):
    half = GOOD.encode()[:1000], GOOD.encode()[1000:]
    content = b"".join(map(zstandard.compress, half))
    (tmp_path / "t.csv.zst").write_bytes(content)
    frame = read(tmp_path, "t.csv.zst")
    assert_read_as(frame, slowly(GOOD))
    assert frame.fingerprint == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("kind", ["zip", "zst", "gz"])
def test_what_unpacks_to_far_more_than_its_size_is_refused(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(packed, "FREE", 1 << 20)
    monkeypatch.setattr(packed, "RATIO", 100)
    bomb = "a,b\n" + "1,2\n" * 10_000_000
    if kind == "zip":
        zipped(tmp_path / "t.csv.zip", **{"t.csv": bomb})
    else:
        pack = zstandard.compress if kind == "zst" else gzip.compress
        (tmp_path / f"t.csv.{kind}").write_bytes(pack(bomb.encode()))
    said, hint = refusal(tmp_path, f"t.csv.{kind}")
    assert said == f"t.csv.{kind} unpacks to more than 100 times its own size"
    assert "unpack it" in hint


@pytest.mark.parametrize("kind", ["zip", "zst", "gz"])
def test_columns_that_hardly_change_may_unpack_to_much(tmp_path, kind):
    content = "a,b\n" + "1,2\n" * 300_000
    if kind == "zip":
        zipped(tmp_path / "t.csv.zip", **{"t.csv": content})
    else:
        pack = zstandard.compress if kind == "zst" else gzip.compress
        (tmp_path / f"t.csv.{kind}").write_bytes(pack(content.encode()))
    assert len(read(tmp_path, f"t.csv.{kind}")) == 300_000


def test_a_zstd_file_that_looks_back_too_far_is_refused(tmp_path):
    settings = zstandard.ZstdCompressionParameters.from_level(1, window_log=28)
    compressor = zstandard.ZstdCompressor(compression_params=settings)
    packer = compressor.compressobj()
    (tmp_path / "t.csv.zst").write_bytes(packer.compress(GOOD.encode()) + packer.flush())
    assert "is a damaged zstd file" in refusal(tmp_path, "t.csv.zst")[0]


def test_without_the_package_a_line_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "t.csv.zst").write_bytes(zstandard.compress(GOOD.encode()))
    monkeypatch.setattr(packed, "find_spec", lambda name: None)
    said = ("t.csv.zst: files of zstd need zstandard", 'pip install "npnet[zst]"')
    assert refusal(tmp_path, "t.csv.zst") == said


@pytest.mark.parametrize("kind", ["zip", "zst"])
def test_standard_input_may_be_packed(tmp_path, kind):
    rows = b"a,b,y\n1,2,p\n3,4,q\n5,6,p\n"
    content = zipped(tmp_path / "t.zip", **{"t.csv": rows}) if kind == "zip" else zstandard.compress(rows)
    done = subprocess.run([sys.executable, "-c", SCRIPT], input=content, capture_output=True, check=False, timeout=60)
    assert done.stdout.decode() == f"3 ['a', 'b', 'y'] {hashlib.sha256(content).hexdigest()}\n", done.stderr.decode()


@pytest.mark.parametrize("kind", ["zip", "zst", "gz"])
def test_lines_are_estimated_by_what_was_read_of_the_packed_file(tmp_path, kind):
    lines = b"".join(b"%d,%d\n" % (row * 7919 % 100_003, row * 104_729 % 1_000_003) for row in range(400_000))
    if kind == "zip":
        zipped(tmp_path / "t.csv.zip", **{"t.csv": lines})
    else:
        (tmp_path / f"t.csv.{kind}").write_bytes((zstandard.compress if kind == "zst" else gzip.compress)(lines))
    with opened(f"t.csv.{kind}", tmp_path) as file:
        assert 350_000 < file.lines() < 450_000


def test_no_process_is_left_behind(tmp_path):
    zipped(tmp_path / "t.zip", **{"t.csv": GOOD})
    with opened("t.zip", tmp_path) as file:
        file.head()
        packing: Any = file._packing
        process = packing._child.process
        assert process.poll() is None
    assert process.returncode is not None


@pytest.mark.parametrize("form", ["parquet", "feather"])
def test_other_formats_may_be_packed_too(tmp_path, form):
    pytest.importorskip("pyarrow")
    import pandas as pd

    table = pd.DataFrame({"a": [1, 2], "y": ["p", "q"]})
    (table.to_parquet if form == "parquet" else table.to_feather)(tmp_path / f"t.{form}")
    content = (tmp_path / f"t.{form}").read_bytes()
    zipped(tmp_path / "t.zip", **{f"t.{form}": content})
    (tmp_path / f"t.{form}.gz").write_bytes(gzip.compress(content))
    (tmp_path / f"t.{form}.zst").write_bytes(zstandard.compress(content))
    for name in ("t.zip", f"t.{form}.gz", f"t.{form}.zst"):
        frame, _ = read_frame(ReadOptions(path=name), tmp_path)
        assert_read_as(frame, slowly("a,y\n1,p\n2,q\n"))
        assert frame.fingerprint == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
