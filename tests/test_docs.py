"""The documentation: as the code has it, its links lead somewhere, its examples run."""

import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from docs.circles import best_possible
from docs.gallery import gallery
from npnet.config import load
from npnet.config.schema import schema
from npnet.runner import prepare_run
from tests.faults.shell import OF_THE_MOMENT
from tests.test_floors import FLOORS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGES = [page for page in PAGES if page.parent.name != "templates"]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, made as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def run(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_the_reference_and_the_schema_are_what_the_code_says() -> None:
    result = run("-m", "docs.generate", "--check")
    assert result.returncode == 0, result.stderr


def test_the_schema_is_a_json_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_name_no_place_of_the_machine_they_were_written_on(page: Path) -> None:
    assert not re.search(r"/(home|root|tmp|work|Users)/", page.read_text(encoding="utf-8"))


def test_the_readmes_config_is_the_shipped_one() -> None:
    assert (ROOT / "configs" / "circles.yaml").read_text(encoding="utf-8") in blocks(ROOT / "README.md", "yaml")


def test_the_readmes_python_runs(tmp_path: Path) -> None:
    run("-m", "npnet", "train", str(ROOT / "configs" / "circles.yaml"), "epochs=1", "--no-plots", folder=tmp_path)
    (example,) = blocks(ROOT / "README.md", "python")
    result = run("-W", "error", "-c", example, folder=tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_gallery_shows_every_defect_found() -> None:
    shown = dict(gallery())
    right, *wrong = shown.values()
    assert "WRONG" not in right
    assert all("WRONG" in rows for rows in wrong)
    assert wrong[0].count("1/200") == 3
    assert "npnet nan" in wrong[2]


def test_the_best_possible_circles_are_those_of_two_normal_distributions() -> None:
    best = best_possible()
    assert best.radius == pytest.approx(0.9009, abs=1e-4)
    assert best.scores == pytest.approx(0.9998, abs=1e-4)
    assert best.labels == pytest.approx(0.9938, abs=1e-4)


def test_the_page_on_reliability_names_every_file_that_is_of_the_moment() -> None:
    promise = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8").partition("Where there is no run")[0]
    for name in {*OF_THE_MOMENT, "result.json"} - {"LOCK"}:  # which no finished run has
        assert name in promise, name


@pytest.mark.parametrize("block", blocks(ROOT / "docs" / "engine.md", "python"), ids=lambda block: block.split()[1])
def test_the_code_on_the_page_of_the_engine_is_that_of_the_files(block: str) -> None:
    name, _, code = block.removeprefix("# ").partition("\n")
    assert code in (ROOT / name).read_text(encoding="utf-8"), f"docs/engine.md quotes {name} as it was"


def test_the_calls_on_the_page_of_the_engine_are_those_of_the_config_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    page = ROOT / "docs" / "engine.md"
    (tmp_path / "tiny.yaml").write_text(blocks(page, "yaml")[0], encoding="utf-8")
    shown = run("-m", "npnet", "explain-step", "tiny.yaml", "--calls", folder=tmp_path).stdout
    assert [line.rstrip() for line in shown.splitlines()] == blocks(page, "text")[0].splitlines()


@pytest.mark.parametrize("block", blocks(ROOT / "docs" / "positions.md", "yaml"))
def test_the_networks_on_the_page_of_positions_can_be_trained(block: str, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(block, encoding="utf-8")
    pairs = "\n".join(f"{n % 7},{n % 5},{n % 3},{n % 11},{'yes' if n % 4 else 'no'}" for n in range(80))
    (tmp_path / "pairs.csv").write_text(f"a1,a2,b1,b2,same\n{pairs}\n", encoding="utf-8")
    run = prepare_run(load(tmp_path / "c.yaml"))
    assert run.experiment.graph.outputs == (1 if "pairs" in block else 10)


def test_the_table_of_floors_is_the_one_that_is_checked() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| (.*?) \|", text, re.MULTILINE)
    assert [set(re.findall(r"`(\w+)`", row)) for row in rows] == [set(floor) for floor in reversed(FLOORS)]
