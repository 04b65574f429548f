"""A file of tensors comes back exactly, or is refused; other tools can open it."""

import io
import json
import os
import random

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from npnet.errors import Diverged, RunError
from npnet.storage import tensor_file
from npnet.storage.tensor_file import read_tensors, write_tensors
from tests.faults.forging import entry, header_of, signed

TENSORS = {
    "layers.0.weight": np.arange(6, dtype=np.float32).reshape(3, 2),
    "layers.0.bias": np.array([0.5, -0.25, 1e-30], np.float64),
    "mask": np.array([1, 0, 255], np.uint8),
    "step": np.array(12345678901234, np.int64),
    "nothing": np.zeros((1, 0), np.float32),
}
METADATA = {"epoch": "7", "name": "Kreise ⊙"}


@pytest.fixture
def path(tmp_path):
    write_tensors(tmp_path / "weights.safetensors", TENSORS, METADATA)
    return tmp_path / "weights.safetensors"


def assert_equal(read, written):
    assert list(read) == list(written)
    for name, array in written.items():
        assert read[name].dtype == array.dtype
        assert read[name].shape == array.shape
        assert read[name].tobytes() == array.tobytes()


def parse(data: bytes):
    return tensor_file.parse(io.BytesIO(data), len(data))


def test_tensors_and_metadata_come_back_as_they_were(path):
    tensors, metadata = read_tensors(path)
    assert_equal(tensors, TENSORS)
    assert metadata == METADATA
    tensors["layers.0.weight"] += 1  # they are copies of their own


def test_the_official_reader_reads_the_same(path):
    assert_equal(dict(sorted(safetensors.numpy.load_file(path).items())), dict(sorted(TENSORS.items())))
    with safetensors.safe_open(path, "numpy") as file:
        metadata = file.metadata()
    assert metadata.pop("npnet.sha256") in path.read_bytes().decode("latin-1")
    assert metadata == METADATA | {"format": "1"}


def test_the_same_tensors_are_the_same_bytes(path, tmp_path):
    write_tensors(tmp_path / "again", TENSORS, METADATA)
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_file_without_tensors_is_a_file(tmp_path):
    write_tensors(tmp_path / "empty", {}, {})
    assert read_tensors(tmp_path / "empty") == ({}, {})


def test_strides_and_byte_order_in_memory_do_not_matter(tmp_path):
    array = np.arange(6, dtype=np.float64).reshape(2, 3)
    write_tensors(tmp_path / "file", {"a": array.T, "b": array.astype(">f8")}, {})
    tensors, _ = read_tensors(tmp_path / "file")
    np.testing.assert_array_equal(tensors["a"], array.T)
    np.testing.assert_array_equal(tensors["b"], array)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_neither_written_nor_read(path, value):
    before = path.read_bytes()
    with pytest.raises(Diverged, match=r"weights.safetensors is not written: 'w' is not finite"):
        write_tensors(path, {"w": np.array([1, value])}, {})
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match="'a' is not finite"):
        parse(signed(header_of(entry([1], [0, 8], "F64")), np.float64(value).tobytes()))


def test_metadata_of_several_megabytes_are_read_back(tmp_path):
    texts = {"npnet.data": '{"text": "\\u00e9"}' * 200_000}
    write_tensors(tmp_path / "weights.safetensors", TENSORS, texts)
    assert read_tensors(tmp_path / "weights.safetensors")[1] == texts


def test_a_header_that_would_not_be_read_is_not_written(path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(tensor_file, "HEADER_LIMIT", 1000)
    with pytest.raises(ValueError, match="more than 1000"):
        write_tensors(path, TENSORS, {"text": "x" * 1000})
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["format", "npnet.sha256"])
def test_names_that_the_file_needs_itself_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="are taken"):
        write_tensors(tmp_path / "file", {}, {name: "x"})
    with pytest.raises(ValueError, match="are taken"):
        write_tensors(tmp_path / "file", {"__metadata__": np.zeros(1)}, {})


def test_every_truncation_and_extension_is_noticed(path):
    data = path.read_bytes()
    for length in range(len(data)):
        with pytest.raises(ValueError, match=r"it "):
            parse(data[:length])
    with pytest.raises(ValueError, match="cut off or longer"):
        parse(data + b"\0")


def test_every_changed_byte_is_noticed(path):
    data, chance = path.read_bytes(), random.Random(0)
    for at in range(len(data)):
        changes = {bit_flipped ^ data[at] for bit_flipped in (1, 2, 4, 8, 16, 32, 64, 128)}
        for value in changes | set(chance.sample(range(256), 8)) - {data[at]}:
            with pytest.raises(ValueError, match=r".+"):
                parse(data[:at] + bytes([value]) + data[at + 1 :])


def test_a_damaged_file_is_named_with_exit_code_5(path):
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(RunError, match=rf"{path} cannot be used: it has been damaged or changed") as caught:
        read_tensors(path)
    assert caught.value.code == 5


def test_a_missing_file_a_link_a_pipe_and_a_folder_are_named(path, tmp_path):
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    for name, why in {
        "missing": "missing",
        "link": "a symbolic link",
        "pipe": "not a plain",
        ".": "not a plain",
    }.items():
        with pytest.raises(RunError, match=f"is {why}"):
            read_tensors(tmp_path / name)


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RunError, match=r"larger than 17\.2 GB"):
        read_tensors(tmp_path / "sparse")


def test_a_file_of_a_newer_format_asks_for_a_newer_npnet(path):
    path.write_bytes(path.read_bytes().replace(b'"format":"1"', b'"format":"2"', 1))
    with pytest.raises(RunError, match="it has format 2 and needs a newer npnet"):
        read_tensors(path)


BIG = 2**63
FLOAT = b"\0\0\x80?"
HOSTILE = {
    "nothing": (b"", ""),
    "a pickle": (b"\x80\x04\x95" + b"x" * 100, "not a safetensors file"),
    "a zip": (b"PK\x03\x04" + bytes(40_000), "not a safetensors file|cut off"),
    "a NumPy file": (b"\x93NUMPY\x01\x00" + bytes(100), "not a safetensors file"),
    "a header of length zero": (bytes(8), ""),
    "a header of 2^63": (BIG.to_bytes(8, "little") + b"{}", "not a safetensors file"),
    "a header of 1 GiB": ((2**30).to_bytes(8, "little") + b"{}", "not a safetensors file"),
    "a header longer than the file": ((1000).to_bytes(8, "little") + b"{}", "cut off within its header"),
    "a header that is a list": (b"\2" + bytes(7) + b"[]", "not a table"),
    "a header that is not JSON": (b"\2" + bytes(7) + b"}{", ""),
    "a header that is not UTF-8": (b"\2" + bytes(7) + b"\xff\xff", ""),
    "deep nesting": (signed(header_of(',"a":' + "[" * 100_000)), "nested too deeply"),
    "another tool's file": (safetensors.numpy.save({"a": np.ones(1, np.float32)}), "no metadata of npnet"),
    "another tool's metadata": (safetensors.numpy.save({}, {"format": "pt"}), "no metadata of npnet"),
    "metadata that is a number": (signed(header_of("", ',"epoch":7')), "no metadata"),
    "a duplicate tensor": (signed(header_of(entry([1], [0, 4]) * 2), FLOAT), "twice"),
    "a duplicate key": (signed(header_of("", ',"a":"1","a":"2"')), "twice"),
    "NaN as a literal": (signed(header_of(',"a":NaN')), ""),
    "an integer of 5000 digits": (signed(header_of(entry([1], [0, 4]).replace("[1]", f"[{'9' * 5000}]"))), ""),
    "a tensor that is text": (signed(header_of(',"a":"b"')), "not described"),
    "a field too many": (signed(header_of(entry([1], [0, 4], path="/etc/passwd")), FLOAT), "not described"),
    "an unknown type": (signed(header_of(entry([1], [0, 4], "O")), FLOAT), "none of the types"),
    "a type that is a list": (signed(header_of(entry([1], [0, 4], ["F32"])), FLOAT), "none of the types"),
    "a shape that is a number": (signed(header_of(entry(1, [0, 4])), FLOAT), "no usable shape"),
    "a negative size": (signed(header_of(entry([-1, -1], [0, 4])), FLOAT), "no usable shape"),
    "a size of true": (signed(header_of(entry([True], [0, 4])), FLOAT), "no usable shape"),
    "a size of 1.0": (signed(header_of(entry([1.0], [0, 4])), FLOAT), "no usable shape"),
    "too many axes": (signed(header_of(entry([1] * 100, [0, 4])), FLOAT), "no usable shape"),
    "364 TiB": (signed(header_of(entry([10**14], [0, 4 * 10**14])), FLOAT), "impossibly large"),
    "an overflowing product": (signed(header_of(entry([2**32, 2**32], [0, 0]))), "impossibly large"),
    "a large empty one": (signed(header_of(entry([0, 2**62, 2**62], [0, 0]))), "impossibly large"),
    "a shape of another size": (signed(header_of(entry([2], [0, 4])), FLOAT), "does not lie"),
    "a gap before": (signed(header_of(entry([1], [4, 8])), FLOAT * 2), "does not lie"),
    "a gap between": (signed(header_of(entry([1], [0, 4]) + entry([1], [8, 12], name="b")), FLOAT * 3), "does not lie"),
    "an overlap": (signed(header_of(entry([1], [0, 4]) + entry([1], [0, 4], name="b")), FLOAT), "does not lie"),
    "offsets backwards": (signed(header_of(entry([1], [4, 0])), FLOAT), "does not lie"),
    "offsets that are text": (signed(header_of(entry([1], "04")), FLOAT), "does not lie"),
    "values left over": (signed(header_of(entry([1], [0, 4])), FLOAT * 2), "cut off or longer"),
    "values missing": (signed(header_of(entry([2], [0, 8])), FLOAT), "cut off or longer"),
}


@pytest.mark.parametrize(("data", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(data, message):
    with pytest.raises(ValueError, match=message or ".+"):
        parse(data)


def test_a_hostile_file_with_a_correct_hash_is_read_where_nothing_is_off():
    tensors, metadata = parse(signed(header_of(entry([1], [0, 4])), FLOAT))
    assert tensors == {"a": 1.0}
    assert metadata == {}


def test_a_name_of_control_characters_is_shown_escaped():
    with pytest.raises(ValueError, match=r"'\\x1b\]0;x\\x07' has none of the types"):
        parse(signed(header_of(entry([1], [0, 4], "?", name="\x1b]0;x\x07"))))


ARRAYS = st.sampled_from([np.float32, np.float64, np.int64, np.uint8]).flatmap(
    lambda dtype: hnp.arrays(
        dtype,
        hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
        elements={"allow_nan": False, "allow_infinity": False} if np.issubdtype(dtype, np.floating) else None,
    )
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None, max_examples=60)
@given(tensors=st.dictionaries(NAMES, ARRAYS, max_size=4), metadata=st.dictionaries(NAMES, NAMES, max_size=3))
def test_any_tensors_under_any_names_come_back(tmp_path_factory, tensors, metadata):
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    write_tensors(path, tensors, metadata)
    read, texts = read_tensors(path)
    assert_equal(read, tensors)
    assert texts == metadata
    assert set(safetensors.numpy.load_file(path)) == set(tensors)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F64", "I64", "U8", "BF16"]) | JSON,
        "shape": st.lists(st.integers(-1, 5), max_size=3) | JSON,
        "data_offsets": st.lists(st.integers(-1, 40), min_size=2, max_size=2) | JSON,
    }
)


@settings(deadline=None, max_examples=300)
@given(entries=st.dictionaries(st.text(max_size=5), ENTRIES | JSON, max_size=3), values=st.binary(max_size=40))
def test_any_header_with_a_correct_hash_is_read_or_refused_but_never_crashes(entries, values):
    text = json.dumps(entries)[1:-1]
    try:
        tensors, _ = parse(signed(header_of("," + text if text else ""), values))
    except ValueError:
        return
    assert sum(array.nbytes for array in tensors.values()) == len(values)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        parse(data)
