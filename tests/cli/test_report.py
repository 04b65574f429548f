"""`npnet report`: one page for what there is, where it is written, and what it never replaces."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import call


@pytest.fixture(scope="module")
def own(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the finished runs, in which pages are written."""
    folder = tmp_path_factory.mktemp("reports") / "runs"
    shutil.copytree(runs, folder, symlinks=True)
    return folder


@pytest.fixture(scope="module")
def page(own: Path) -> str:
    """Return the page of a run."""
    result = call("report", "latest", "--runs-dir", own)
    assert result.code == 0, result.err
    return Path(result.out.strip()).read_text(encoding="utf-8")


def test_the_page_of_a_run_is_a_file_of_its_folder(own: Path, page: str) -> None:
    (path,) = {path.resolve() for path in own.glob("*/report.html")}
    assert path.parent.name in page
    assert call("report", "latest", "-o", own / "latest" / "report.html", "--runs-dir", own).code == 0
    assert path.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("section", ["scores", "curves", "predictions", "importance", "network", "settings", "repeat"])
def test_a_page_has_every_section_and_a_link_to_it(page: str, section: str) -> None:
    assert f'<section class="section" id="{section}"' in page
    assert f'<a href="#{section}">' in page


def test_numbers_stand_behind_every_figure(page: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) > 8
    without = [one[:80] for one in figures if "<table" not in one and 'id="network-drawing"' not in one]
    assert not without


def test_every_drawing_is_described_in_words(page: str) -> None:
    drawings = re.findall(r'<svg [^>]*class="chart"[^>]*>', page)
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert drawings
    for drawing in drawings:
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', drawing)
        assert 'role="img"' in drawing
        assert named is not None
        assert set(named.groups()) <= ids


def test_no_id_is_there_twice(page: str) -> None:
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.long
def test_a_report_replaces_a_report_and_no_other_file(own: Path, page: str, tmp_path: Path) -> None:
    there, other = tmp_path / "there.html", tmp_path / "other.html"
    there.write_text(page[: len(page) // 2])
    other.write_text("mine")
    assert call("report", "latest", "-o", there, "--runs-dir", own).code == 0
    assert there.read_text(encoding="utf-8") == page
    result = call("report", "latest", "-o", other, "--runs-dir", own)
    assert result.code == 2
    assert f"{other} exists already" in result.err
    assert other.read_text() == "mine"
    result = call("report", "latest", "-o", other, "-f", "--json", "--runs-dir", own)
    assert json.loads(result.out) == {"path": str(other), "bytes": there.stat().st_size}


def test_a_foreign_file_of_that_name_in_a_run_is_kept(own: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(next(path for path in own.iterdir() if path.is_dir()), tmp_path / "run"))
    (run / "report.html").write_text("mine")
    result = call("report", run)
    assert (result.code, (run / "report.html").read_text()) == (2, "mine")
    assert "exists already and is no report\nhint: -f replaces it" in result.err
    assert call("report", run, "-f").code == 0


@pytest.mark.long
def test_damaged_frames_are_named_with_what_helps(own: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(next(path for path in own.iterdir() if path.is_dir()), tmp_path / "run"))
    (run / "report.html").unlink(missing_ok=True)
    (run / "frames.safetensors").write_bytes(b"cut")
    result = call("report", run)
    assert result.code == 5
    assert "record=true repeats the training; without this file the rest is shown" in result.err
    (run / "frames.safetensors").unlink()
    assert call("report", run).code == 0


def test_a_pipe_is_neither_read_nor_replaced(own: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = call("report", "latest", "-o", tmp_path / "pipe", "--runs-dir", own)
    assert result.code == 2
    assert "is not a regular file" in result.err


def test_without_a_run_or_a_folder_nothing_is_written(own: Path, tmp_path: Path) -> None:
    result = call("report", "nowhere", "--runs-dir", own)
    assert (result.code, result.out) == (5, "")
    assert "there is no run 'nowhere'" in result.err
    missing = tmp_path / "missing" / "page.html"
    result = call("report", "latest", "-o", missing, "--runs-dir", own)
    assert result.code == 6
    assert f"there is no folder {missing.parent}" in result.err
    assert not missing.parent.exists()


def test_a_damaged_run_is_named(own: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(own / "latest", run)
    (run / "history.csv").write_text("epoch,train_loss\n1\n")
    result = call("report", run, "-o", tmp_path / "page.html")
    assert result.code == 5
    assert "history.csv" in result.err
    assert not (tmp_path / "page.html").exists()


def test_a_run_without_weights_shows_what_there_is(own: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(own / "latest", run)
    for name in ("weights.safetensors", "metrics.json"):
        (run / name).unlink()
    shutil.rmtree(run / "predictions")
    result = call("report", run, "-o", "-")
    assert result.code == 0, result.err
    assert 'id="curves"' in result.out
    assert 'id="scores"' not in result.out


def test_a_page_never_replaces_the_table_that_it_shows(folder: Path) -> None:
    table, config = folder / "mine.csv", folder / "mine.yaml"
    table.write_text("a,y\n" + "".join(f"{k},{k % 7}\n" for k in range(40)))
    config.write_text("dataset: {table: {path: mine.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    before = table.read_bytes()
    assert call("train", config, "-q").code == 0
    for command in (("report", "latest"), ("watch", "latest"), ("data", "report", config), ("play", config)):
        result = call(*command, "-f", "-o", table)
        assert (result.code, table.read_bytes()) == (2, before)
        assert f"{table} is an input of this command or of its run" in result.err
