"""Pictures as rows: what is read of a folder, and what is refused, by name."""

import io
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from npnet.data.datasets import Dataset
from npnet.data.datasets.images import Images
from npnet.data.images.decoding import decoded
from npnet.data.images.files import PictureFile
from npnet.data.readers import child_process
from npnet.errors import DataError
from tests.data.pictures import PICTURE, encoded, shapes

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def loaded(folder: Path, **options) -> Dataset:
    return Images(path=str(folder), **options).load(folder, 0)


def refusal(folder: Path, **options) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        loaded(folder, **options)
    assert "\n" not in caught.value.message
    return caught.value.message.replace(f"{folder}/", ""), caught.value.hint or ""


def read_as(data: bytes, folder: Path, **options) -> np.ndarray:
    """Return the values of a picture, from 0 to 255, (height, width, channels)."""
    shapes(folder, 2)
    (folder / "lying" / "000.png").write_bytes(data)
    (folder / "standing" / "001.png").write_bytes(
        encoded(np.zeros(np.array(Image.open(io.BytesIO(data))).shape[:2], "u1"))
    )
    dataset = loaded(folder, **options)
    return (dataset.X[0] * 255).reshape(*dataset.positions, -1)


def test_the_values_of_a_picture_are_its_pixels_row_by_row_with_its_channels_side_by_side(tmp_path):
    dataset = loaded(shapes(tmp_path / "bars", color=True))
    pixels = np.array(Image.open(tmp_path / "bars/lying/002.png"))
    assert dataset.features[:4] == ("red 1 1", "green 1 1", "blue 1 1", "red 1 2")
    np.testing.assert_array_equal(dataset.X[1], pixels.ravel() / 255)
    assert (dataset.classes, dataset.task, len(dataset)) == (("lying", "standing"), "binary", 12)
    assert (dataset.y.tolist(), dataset.positions) == ([0] * 6 + [1] * 6, (8, 8))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (encoded(), PICTURE),
        (encoded(mode="L"), np.array(Image.fromarray(PICTURE).convert("L"))[..., None]),
        (encoded(mode="1"), np.array(Image.fromarray(PICTURE).convert("1"))[..., None] * 255),
        (encoded(mode="P"), np.array(Image.fromarray(PICTURE).convert("P").convert("RGB"))),
        (encoded(PICTURE[..., 0].astype(np.uint16) * 257), PICTURE[..., :1]),
    ],
    ids=["rgb", "gray", "black and white", "palette", "16 bits"],
)
def test_each_kind_of_png_has_the_values_that_are_documented(tmp_path, data, expected):
    np.testing.assert_allclose(read_as(data, tmp_path), expected, atol=1e-9)


def test_transparency_is_drawn_on_white(tmp_path):
    pixels = np.dstack([PICTURE, np.full(PICTURE.shape[:2], 0, np.uint8)])
    assert (read_as(encoded(pixels), tmp_path) == 255).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_has_the_values_that_pillow_decodes(tmp_path, mode):
    data = encoded(form="JPEG", mode=mode, quality=95)
    expected = np.array(Image.open(io.BytesIO(data)).convert("L" if mode == "L" else "RGB"))
    np.testing.assert_allclose(read_as(data, tmp_path), expected.reshape(6, 8, -1), atol=1e-9)


def test_pictures_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = read_as(encoded(exif=exif), tmp_path, size=(8, 6))
    np.testing.assert_allclose(upright, np.rot90(PICTURE, -1), atol=1e-9)


def test_a_size_resizes_all_pictures_and_color_makes_all_gray(tmp_path):
    shapes(tmp_path, color=True)
    (tmp_path / "lying" / "big.JPG").write_bytes(encoded(np.full((300, 200, 3), 128, np.uint8), "JPEG"))
    dataset = loaded(tmp_path, size=(4, 5), color="gray")
    assert len(dataset.features) == 20
    np.testing.assert_allclose(dataset.X[6], 128 / 255, atol=1e-9)


HOSTILE = {
    "empty.png": (b"", "empty.png is empty"),
    "short.png": (encoded()[:40], "short.png is a damaged picture: its header is cut off or wrong"),
    "text.png": (b"no picture", "text.png is some other file, and no picture in PNG or JPEG"),
    "moving.gif": (b"GIF89a" + bytes(50), "moving.gif is a GIF, and no picture in PNG or JPEG"),
    "photo.webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "photo.webp is a WebP, and no picture in PNG or JPEG"),
    "drawn.svg": (SVG, "drawn.svg is an SVG, and no picture in PNG or JPEG"),
    "cut.png": (encoded()[:-40], "cut.png is a damaged picture"),
    "cut.jpg": (encoded(form="JPEG")[:-60], "cut.jpg is a damaged picture"),
    "huge.png": (b"", "huge.png has 60,000 x 60,000 pixels"),
}


def hostile(name: str) -> bytes:
    if name != "huge.png":
        return HOSTILE[name][0]
    head = b"IHDR" + (60_000).to_bytes(4) * 2 + b"\x08\0\0\0\0"
    data = encoded()
    return data[:8] + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4) + data[33:]


def test_files_that_cannot_be_read_are_named_and_can_be_left_out(tmp_path):
    shapes(tmp_path, 6)
    for name in HOSTILE:
        (tmp_path / "lying" / name).write_bytes(hostile(name))
    message, hint = refusal(tmp_path)
    assert message.startswith("lying/cut.jpg is a damaged picture: ")
    assert hint == "write it again; drop_unreadable: true leaves such files out"
    dataset = loaded(tmp_path, drop_unreadable=True)
    assert len(dataset) == 6
    assert dataset.notes[0].startswith("left out 9 pictures that cannot be read: ")
    files = [PictureFile(name, tmp_path / "lying" / name) for name in [*HOSTILE, "000.png"]]
    found = decoded(files, None, None, drop=True)
    assert found.rows.tolist() == [len(HOSTILE)]
    for name, shown in zip(HOSTILE, found.unreadable, strict=True):
        assert shown.startswith(HOSTILE[name][1])


def test_changed_bytes_of_pictures_are_read_or_named_and_harm_no_other_picture(tmp_path):
    random, files = np.random.default_rng(4), []
    for number in range(200):
        data = bytearray(encoded(form="PNG" if number % 2 else "JPEG"))
        for place in random.integers(0, len(data), 1 + number % 5) if number % 4 < 2 else ():
            data[place] = random.integers(256)
        (tmp_path / f"{number}.png").write_bytes(data)
        files.append(PictureFile(f"{number}.png", tmp_path / f"{number}.png"))
    found = decoded(files, (6, 8), "rgb", drop=True)
    assert len(found.rows) + len(found.unreadable) == 200
    assert {number for number in range(200) if number % 4 >= 2} <= {*found.rows.tolist()}
    np.testing.assert_array_equal(found.pixels[found.rows.tolist().index(3)], PICTURE)


def test_a_picture_that_ends_its_process_is_named_and_the_others_are_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(child_process, "ROOM", 220 << 20)
    (tmp_path / "a.png").write_bytes(encoded())
    (tmp_path / "big.png").write_bytes(encoded(np.zeros((9000, 9000), np.uint8), compress_level=1))
    files = [PictureFile(name, tmp_path / name) for name in ("a.png", "big.png", "a.png")]
    found = decoded(files, (6, 8), "rgb", drop=True)
    assert found.rows.tolist() == [0, 2]
    assert found.unreadable == ("big.png takes far more memory than a file of its size should",)


def test_what_systems_leave_in_folders_is_ignored(tmp_path):
    shapes(tmp_path, 4)
    for name in (".DS_Store", "lying/.DS_Store", "lying/Thumbs.db", "lying/._000.png", "notes.txt", "lying/notes.txt"):
        (tmp_path / name).write_bytes(b"noise")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "hopping").mkdir()
    (tmp_path / "loose.png").write_bytes(encoded())
    deep = tmp_path / "lying" / "deep" / "deeper"
    deep.mkdir(parents=True)
    (deep / "a.png").write_bytes(encoded(np.zeros((8, 8), np.uint8)))
    (deep / "up").symlink_to(tmp_path / "lying", target_is_directory=True)
    dataset = loaded(tmp_path)
    assert (len(dataset), dataset.classes) == (5, ("lying", "standing"))
    assert [note.replace(f"{tmp_path}", "") for note in dataset.notes] == [
        "ignored 1 file without a picture: /lying/notes.txt",
        "ignored 1 folder without pictures: hopping",
        "ignored 1 picture in  itself, outside the folders of classes",
    ]


def test_folders_that_nothing_can_be_learned_from_are_refused_in_words(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty")[0].endswith("empty has no folder with pictures")
    assert refusal(tmp_path / "none")[0].startswith("there is no folder ")
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file")[0].endswith("file is a file, and neither a table nor an array (.npy)")
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "a.png").write_bytes(encoded())
    assert refusal(tmp_path / "loose")[0].endswith("loose has 1 picture, and no folder of a class")
    (shapes(tmp_path / "one", 4) / "standing").rename(tmp_path / "other")
    assert refusal(tmp_path / "one") == ('the target "class" has a single class, "lying"', "it needs two or more")


def test_a_pipe_among_pictures_is_not_waited_for(tmp_path):
    shapes(tmp_path, 4)
    os.mkfifo(tmp_path / "lying" / "pipe.png")
    assert refusal(tmp_path)[0] == "lying/pipe.png is no regular file"


def test_pictures_of_several_sizes_need_a_size(tmp_path):
    shapes(tmp_path, 4)
    (tmp_path / "standing" / "z.png").write_bytes(encoded())
    message, hint = refusal(tmp_path)
    assert message.startswith("pictures differ in size: standing/z.png has 8 x 6, ")
    assert message.endswith("lying/000.png 8 x 8 pixels")
    assert hint.startswith("write size: 32")


# Tables of paths


def test_a_table_names_pictures_and_their_targets(tmp_path):
    shapes(tmp_path / "bars", 6)
    files = sorted((tmp_path / "bars").rglob("*.png"))
    rows = [
        f"{file.relative_to(tmp_path)},{number / 4},{'up' if number % 2 else '7'}" for number, file in enumerate(files)
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["file,angle,name", *rows]))
    angles = Images(path="labels.csv", target="angle").load(tmp_path, 0)
    assert (angles.task, angles.targets, angles.y.ravel().tolist()) == (
        "regression",
        ("angle",),
        [n / 4 for n in range(6)],
    )
    np.testing.assert_array_equal(angles.X[1], np.array(Image.open(files[1])).ravel() / 255)
    with pytest.raises(DataError, match="50% numbers") as caught:
        Images(path="labels.csv", target="name").load(tmp_path, 0)
    assert "task: classification" in caught.value.hint
    options = {"task": "classification", "positive_class": "7", "folder": "."}
    named = Images(path="labels.csv", target="name", **options).load(tmp_path, 0)
    assert (named.task, named.classes) == ("binary", ("up", "7"))


TABLES = {
    "../a.png,1": ('labels.csv: row 2: "../a.png" leads out of the folder of the pictures, .', "write folder: FOLDER"),
    "/a.png,1": ('labels.csv: row 2: "/a.png" leads out of the folder of the pictures, .', "write folder: FOLDER"),
    "~/a.png,1": ('labels.csv: row 2: "~/a.png" leads out of the folder of the pictures, .', "write folder: FOLDER"),
    "b.png,1": ("there is no file b.png", 'did you mean "a.png"?; drop_unreadable: true leaves such files out'),
    ",1": ('labels.csv: row 2: column "file" is empty', "take such rows out of the table"),
    "a.png,": ('labels.csv: row 2: column "x" is empty', "take such rows out of the table"),
}


@pytest.mark.parametrize("row", TABLES)
def test_a_row_that_names_no_picture_of_the_folder_is_refused(tmp_path, row):
    (tmp_path / "a.png").write_bytes(encoded())
    (tmp_path / "labels.csv").write_text(f"file,x\na.png,0\n{row}\n")
    with pytest.raises(DataError) as caught:
        Images(path="labels.csv", target="x").load(tmp_path, 0)
    assert caught.value.message == TABLES[row][0]
    assert (caught.value.hint or "").startswith(TABLES[row][1])


# Arrays


def of_arrays(folder: Path, x: np.ndarray, y: np.ndarray, **options) -> Dataset:
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    return Images(path="x.npy", targets="y.npy", **options).load(folder, 0)


@pytest.mark.parametrize(
    ("dtype", "largest"), [("u1", 255), (">u2", 65535), ("?", 1), ("f2", 1), ("<f4", 1), (">f8", 1)]
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_each_type_and_order_are_read_as_numbers_from_0_to_1(tmp_path, dtype, largest, order):
    x = np.asarray(np.random.default_rng(0).random((5, 3, 4, 3)) * largest, dtype, order=order)
    dataset = of_arrays(tmp_path, x, np.array([0, 1, 0, 1, 1]))
    np.testing.assert_allclose(dataset.X, x.reshape(5, -1).astype(np.float64) / largest, rtol=1e-6)
    assert (dataset.positions, dataset.classes, dataset.features[4]) == ((3, 4), ("0", "1"), "green 1 2")


def test_targets_of_an_array_are_classes_or_values(tmp_path):
    x = np.zeros((30, 2, 2), np.uint8)
    many = of_arrays(tmp_path, x, np.arange(30) // 2)
    assert (many.task, many.classes[10]) == ("multiclass", "10")
    assert of_arrays(tmp_path, x, np.arange(30) // 2, task="regression").task == "regression"
    assert of_arrays(tmp_path, x, np.arange(30) / 4).task == "regression"
    assert of_arrays(tmp_path, x, np.array(["a", "b", "c"] * 10)).classes == ("a", "b", "c")
    assert of_arrays(tmp_path, x, np.random.default_rng(0).random((30, 2))).targets == ("target_1", "target_2")


def test_an_array_is_resized_and_made_gray_as_pictures_are(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (2, 9, 7, 3)).astype(np.uint8)
    for number, one in enumerate(pixels):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.png").write_bytes(encoded(one))
    for options in ({"size": (4, 5)}, {"color": "gray"}):
        arrays = of_arrays(tmp_path, pixels, np.array([0, 1]), **options)
        np.testing.assert_array_equal(arrays.X, loaded(tmp_path, **options).X)


X, Y = np.zeros((4, 2, 2), np.uint8), np.array([0, 1, 0, 1])
ARRAYS = {
    "x.npy holds Python objects": (np.array([{}, 1, 2, 3], object), Y),
    "x.npy holds values of type complex128": (X.astype(complex), Y),
    "x.npy holds values of type [('a', '<f4')]": (np.zeros(4, [("a", "<f4")]), Y),
    "x.npy has the shape (4, 4); images are": (X.reshape(4, 4), Y),
    "x.npy has the shape (4, 3, 70, 70), with the channels first": (np.zeros((4, 3, 70, 70), np.uint8), Y),
    "x.npy holds values of type int64": (X.astype(int), Y),
    "x.npy: image 1 has a value that is not finite": (np.full((4, 2, 2), np.nan), Y),
    "y.npy has 3 targets, and x.npy has 4 images": (X, Y[:3]),
    "y.npy has a 1 in every row among zeros": (X, np.eye(4)),
    "y.npy has the shape (4, 2, 2); targets are": (X, X),
    'the target "target" has a single class, "0"': (X, Y * 0),
    "images of 300 x 300 pixels have 270,000 values": (np.zeros((2, 300, 300, 3), np.uint8), Y[:2]),
}


@pytest.mark.parametrize("message", ARRAYS)
def test_an_array_that_is_no_images_is_refused_in_words(tmp_path, message):
    with pytest.raises(DataError) as caught:
        of_arrays(tmp_path, *ARRAYS[message])
    assert caught.value.message.startswith(message)


def test_damaged_arrays_are_refused_before_anything_is_allocated(tmp_path):
    of_arrays(tmp_path, X, Y)
    whole = (tmp_path / "x.npy").read_bytes()
    odd = {
        whole[:-1]: "x.npy is a damaged array: (4, 2, 2) of uint8 are 16 bytes, it has 15",
        whole + b"\0": "x.npy is a damaged array",
        whole.replace(b"(4, 2, 2)", b"(4, 9**9)"): "x.npy is no array of NumPy",
        whole.replace(b"(4, 2, 2), }  ", b"(10**9,2,2), }"): "x.npy is no array of NumPy",
        whole.replace(b"(4, 2, 2), }    ", b"(4000000000000,)}"): "x.npy is",
        whole.replace(b"(4, 2, 2), } ", b"(-4, -2, 2),}"): "x.npy is no array of NumPy: a length below 0",
        whole.replace(b"(4, 2, 2)", b"print(1) "): "x.npy is no array of NumPy",
        whole[:6] + b"\x03\0" + whole[8:]: "x.npy is no array of NumPy: its header is of another version",
        b"PK\3\4": "x.npy is no array of NumPy",
        b"": "x.npy is no array of NumPy",
    }
    for data, message in odd.items():
        (tmp_path / "x.npy").write_bytes(data)
        with pytest.raises(DataError) as caught:
            Images(path="x.npy", targets="y.npy").load(tmp_path, 0)
        assert caught.value.message.startswith(message), data
