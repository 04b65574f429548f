"""Networks on pictures: train, evaluate, predict files and folders, and check the data."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import call
from tests.data.pictures import encoded, shapes

CONFIG = """\
dataset: {images: bars}
layers:
  - conv2d: {filters: 4, padding: same}
  - relu
  - flatten
  - linear
epochs: 12
learning_rate: 0.02
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with pictures of bars, and a run that was trained on them."""
    folder = tmp_path_factory.mktemp("bars")
    shapes(folder / "bars", 60)
    (folder / "bars.yaml").write_text(CONFIG)
    assert call("train", folder / "bars.yaml", "--no-plots", "--runs-dir", folder / "runs", "-q").code == 0
    return folder


@pytest.fixture
def inside(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(trained)
    return trained


@pytest.mark.long
def test_a_run_on_pictures_predicts_files_and_folders_by_their_paths(inside):
    out = call("predict", "latest", "bars/lying/000.png", "bars/standing").out.splitlines()
    assert out[0] == "file,prediction"
    assert out[1].startswith("bars/lying/000.png,")
    assert [line.partition(",")[0] for line in out[2:]] == [f"bars/standing/{n:03d}.png" for n in range(1, 60, 2)]
    matched = call("predict", "latest", "bars/*/00?.png", "--proba").out.splitlines()
    assert matched[0] == "file,prediction,probability_lying,probability_standing"
    assert len(matched) == 11


def test_a_run_on_pictures_is_scored_again_and_on_another_folder(inside):
    assert call("evaluate", "latest", "--json").code == 0
    assert call("plot", "latest", "--kind", "confusion").code == 0
    lines = (inside / "runs/latest/predictions/test.csv").read_text().splitlines()
    assert lines[0].startswith("row,file,target,prediction,")
    assert all(line.split(",")[1].startswith(f"bars/{line.split(',')[2]}/") for line in lines[1:])
    scored = call("evaluate", "latest", "--data", "bars", "--metric", "accuracy", "--fail-under", "accuracy=0.7")
    assert scored.code == 0, scored.err


def test_a_run_on_pictures_predicts_the_pictures_of_tables_and_arrays(inside):
    (inside / "new.csv").write_text("file,class\nbars/lying/000.png,lying\nbars/standing/001.png,standing\n")
    (inside / "x.npy").unlink(missing_ok=True)
    np.save(inside / "x.npy", np.stack([np.array(Image.open(f"bars/lying/{n:03d}.png")) for n in (2, 4, 6)]))
    files = [line.split(",")[:2] for line in call("predict", "latest", "new.csv", "x.npy").out.splitlines()]
    names = ["bars/lying/000.png", "bars/standing/001.png"]
    assert files == [["file", "row"], *([name, ""] for name in names), *(["x.npy", str(row)] for row in (1, 2, 3))]
    scored = call("evaluate", "latest", "--data", "new.csv", "--json")
    assert scored.code == 0, scored.err
    whole = call("predict", "latest", "bars/lying/002.png").out.splitlines()[1]
    assert call("predict", "latest", "x.npy").out.splitlines()[1] == whole.replace("bars/lying/002.png", "x.npy,1")


def test_the_data_of_pictures_are_checked(inside):
    checked = call("data", "check", "bars.yaml")
    assert (checked.code, "60 rows, 1 feature, binary target class" in checked.out) == (0, True)


@pytest.mark.long
def test_augmented_training_continues_as_if_it_had_not_stopped(inside):
    keys = ("augment={shift: 1, flip: both, rotate: 9, noise: 0.1, cutout: 2}", "checkpoint_every=0")
    whole, part = (
        call("train", "bars.yaml", "--no-plots", f"epochs={epochs}", *keys, "--runs-dir", f"runs-{epochs}", "-q")
        for epochs in (4, 2)
    )
    assert (whole.code, part.code) == (0, 0), whole.err
    assert call("resume", part.out.strip(), "epochs=4", "--no-plots", "-q").code == 0
    for name in ("history.csv", "weights.safetensors"):
        assert Path(part.out.strip(), name).read_bytes() == Path(whole.out.strip(), name).read_bytes()


@pytest.mark.long
def test_a_folder_of_pictures_gets_a_config_that_trains(inside):
    for arguments in (("--data", "bars"), ("bars",)):
        assert call("init", *arguments, "-f", "-o", "new.yaml").code == 0
    assert "# 60 pictures in gray of 2 classes: lying (30), standing (30)\n" in Path("new.yaml").read_text()
    assert call("train", "new.yaml", "epochs=1", "--no-plots", "--runs-dir", "runs-new", "-q").code == 0
    (inside / "big").mkdir(exist_ok=True)
    for name in ("a", "b"):
        (inside / "big" / name).mkdir(exist_ok=True)
        (inside / "big" / name / "x.jpg").write_bytes(encoded(np.zeros((500, 400, 3), np.uint8), "JPEG"))
    written = call("init", "big", "-o", "-")
    assert (written.code, "    size: 32 " in written.out) == (0, True), written.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("predict", "latest", "none.png"), 4, "there is no file none.png"),
        (("predict", "latest", "bars.yaml"), 4, "bars.yaml is some other file, and no picture in PNG or JPEG"),
        (("predict", "latest", "empty"), 4, "empty has no pictures"),
        (("predict", "latest", "bars", "delimiter=;"), 2, "delimiter= says how a table is written"),
        (("predict", "latest", "bars", "--id", "name"), 4, 'the rows of bars have no column "name"'),
        (("predict", "latest", "-"), 4, "pictures are not read from standard input"),
        (("evaluate", "latest", "--data", "new.npy"), 4, "new.npy has images without targets"),
        (("init", "bars", "--target", "a"), 2, "--target is for a table, and bars is a folder of pictures"),
        (("init", "--data", "bars", "epochs=1"), 2, "epochs=1 is for a table, and bars is a folder of pictures"),
        (("init", "empty"), 4, "empty has no folder with pictures"),
        (("init", "bars/lying"), 4, "bars/lying has 30 pictures, and no folder of a class"),
        (("predict", "latest", "new.npy"), 4, "there is no file new.npy"),
        (("evaluate", "latest", "--data", "bars/lying"), 4, "bars/lying has 30 pictures, and no folder of a class"),
        (("evaluate", "latest", "--data", "other"), 4, 'row 1: the target "class" is "hopping"'),
    ],
)
def test_what_is_no_picture_is_refused_in_words(inside, arguments, code, message):
    (inside / "empty").mkdir(exist_ok=True)
    for name in ("hopping", "lying"):
        (inside / "other" / name).mkdir(parents=True, exist_ok=True)
        (inside / "other" / name / "a.png").write_bytes(encoded())
    result = call(*arguments)
    assert (result.code, result.out) == (code, "")
    first, *rest = [line for line in result.err.splitlines() if not line.startswith("npnet: ignored")]
    assert first.startswith(f"npnet: error: {message}"), result.err
    assert rest == [] or rest[0].strip().startswith("hint: ")
