"""Lessons: their list, their files, what their trainings reach, and their page."""

import json
import re
from pathlib import Path

import pytest

from npnet.lessons.lesson import SIDES, files_of, lessons
from npnet.rundir.run import find
from tests.cli.conftest import call

QUICK = "initial-values"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.long
@pytest.mark.parametrize("name", lessons())
def test_a_lesson_fails_and_is_mended_as_its_text_says(name: str, place: Path) -> None:
    lesson = lessons()[name]
    result = call("lesson", name, "--no-open", "--json", "-q")
    assert result.code == 0, result.err
    made = json.loads(result.out)
    for side in SIDES:
        metrics = find(place / "runs", made["runs"][side]).metrics()
        score = metrics[lesson.split][lesson.metric]
        assert score is not None
        assert lesson.expects(side, score), (side, score)
        assert (place / name / f"{side}.html").is_file()
    page = (place / made["page"]).read_text("utf-8")
    assert f"<details class=answer><summary>Show the answer</summary><p>{lesson.answer[:20]}" in page.replace('"', "")
    assert len(re.findall("src=.data:image/png", page)) == 2
    for side in SIDES:
        assert f'href="{side}.html"' in page


@pytest.mark.parametrize("name", lessons())
def test_both_configs_are_recorded_and_what_differs_is_not_the_data_drawn(name: str, place: Path) -> None:
    for file, data in files_of(name).items():
        (place / file).write_bytes(data)
    plugins = [part for path in place.glob("*.py") for part in ("--plugin", path)]
    shown = [json.loads(call("config", "show", f"{side}.yaml", "--json", *plugins).out) for side in SIDES]
    assert shown[0] != shown[1]
    for key in ("record", "seed", "epochs", "split"):
        assert shown[0][key] == shown[1][key]


@pytest.mark.parametrize("name", [name for name, lesson in lessons().items() if "npnet " in lesson.look])
def test_the_commands_of_where_to_look_work(name: str, place: Path) -> None:
    (place / name).mkdir()
    for file, data in files_of(name).items():
        (place / name / file).write_bytes(data)
    commands = re.findall(r"npnet ([^,:]*)", lessons()[name].look)
    assert commands
    for command in commands:
        assert call(*command.split()).code == (8 if command.startswith("gradcheck") else 0), command


def test_lessons_are_listed_in_order() -> None:
    listed = call("lesson")
    assert [line.split()[0] for line in listed.out.splitlines()] == list(lessons())
    assert [one["name"] for one in json.loads(call("lesson", "--json").out)] == list(lessons())
    assert [one.number for one in lessons().values()] == list(range(1, len(lessons()) + 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("dead-rellu",), "there is no lesson dead-rellu; did you mean dead-relu?"),
        (("-o", "x"), "-o is for one lesson; name it, as npnet lesson dead-relu"),
        ((QUICK, "-o", "file"), "file is a file, not a folder; -o FOLDER writes elsewhere"),
        ((QUICK, "-o", "full"), "full exists already; npnet train full/mended.yaml trains what you changed;"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    arguments: tuple[str, ...], message: str, place: Path
) -> None:
    (place / "file").write_text("mine")
    (place / "full").mkdir()
    (place / "full" / "mended.yaml").write_text("mine")
    result = call("lesson", *arguments)
    assert result.code == 2
    assert message in re.sub(r"\s*\n(npnet: )?hint: ", "; ", result.err.removeprefix("npnet: error: "))
    assert sorted(path.relative_to(place).as_posix() for path in place.rglob("*")) == [
        "file",
        "full",
        "full/mended.yaml",
    ]
    assert (place / "full" / "mended.yaml").read_text() == "mine"


def test_without_its_parent_a_folder_is_not_made(place: Path) -> None:
    result = call("lesson", QUICK, "-o", "no/where")
    assert result.code == 6
    assert "there is no folder no" in result.err
    assert not list(place.iterdir())
