"""A worked step as a page, as a worksheet and as its key: complete, nothing told too early, and LaTeX that compiles."""

import doctest
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from npnet.cli.console import curves
from npnet.config import load
from npnet.lessons import tex
from npnet.lessons.tex import tex_math, tex_text
from npnet.lessons.worksheet import worksheet
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.runner.worked_step import formulas, structure, worked_step_of
from npnet.runner.worked_step.formulas import formulas_of
from npnet.runner.worked_step.structure import Value, WorkedStep, number_text
from tests.cli.conftest import call

ROOT = Path(__file__).parents[2]
ARTICLE = ROOT / "configs" / "article" / "circles.yaml"
EVERYTHING = """\
dataset: {table: {path: t.csv, target: y_$}}
layers: [{periodic: {frequencies: 2, size: 1}}, {linear: 2}, {linear: 3}, batch_norm, gelu,
         {residual: {layers: [{linear: 3}, tanh]}}, dropout, layer_norm, scale, selu, softmax, leaky_relu, mish, linear]
optimizer: {nadam: {weight_decay: 0.1}}
l2: 0.1
l1: 0.1
clip_norm: 0.1
clip_value: 0.1
max_norm: 1.0
loss: huber
"""
NAMES = "é_ä%&\\ #{},[日本]~^,y_$"


@pytest.fixture(scope="module")
def step() -> WorkedStep:
    return worked_step_of(load(ARTICLE, ["l2=0.1", "optimizer=adam"]))


def results(step: WorkedStep) -> list[float]:
    """Return all results in the order of the lines and tables."""
    stages = [stage for part in step.parts for stage in part.stages]
    return [line.value for stage in stages for line in stage.lines]


def test_a_worksheet_has_a_blank_for_every_answer_of_its_key_and_tells_none(step: WorkedStep) -> None:
    sheet, key = (worksheet(step, answers=answers).decode() for answers in (False, True))
    assert sheet.count(r"\blank") - 1 == key.count(r"\answer{") > len(results(step))
    assert r"\answer" not in sheet
    stages = [stage for part in step.parts for stage in part.stages]
    pieces = [piece for stage in stages for line in stage.lines for piece in line.expression]
    given = {number_text(abs(piece.number)) for piece in pieces if isinstance(piece, Value) and piece.given}
    shown = set(re.findall(r"\d+\.\d+", sheet))
    assert not {number_text(abs(value)) for value in results(step)} & shown - given
    for value in results(step):
        assert number_text(value).partition("e")[0] in key


def test_the_page_of_a_step_has_every_line_and_asks_for_nothing(tmp_path: Path, step: WorkedStep) -> None:
    file = tmp_path / "step.html"
    for _ in range(2):  # a page of the same command may be replaced
        result = call("explain-step", ARTICLE, "l2=0.1", "optimizer=adam", "--html", file)
        assert (result.code, result.out) == (0, f"{file}\n")
    page = file.read_text()
    assert page.count("<b>") >= len(results(step))
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "y1 = 0.3102·(-0.6371) + 0.0280·0.7461 + 0.8558 = <b>0.6790</b>" in page


def test_files_are_written_together_and_never_over_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    both = ("explain-step", ARTICLE, "--worksheet", "w.tex", "--answers", "k.tex")
    assert call(*both).out == "w.tex\nk.tex\n"
    again = call(*both)
    assert (again.code, again.err.splitlines()[0]) == (2, "npnet: error: w.tex exists already")
    assert again.err.splitlines()[1] == "hint: -f replaces it, --worksheet FILE writes another file"
    assert call(*both, "-f", "--json").out == '{\n  "paths": [\n    "w.tex",\n    "k.tex"\n  ]\n}\n'
    assert call("explain-step", ARTICLE, "--worksheet", "-").out == Path("w.tex").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.tex", "w.tex"]


@pytest.mark.parametrize(
    ("options", "code", "message", "hint"),
    [
        (
            ("--worksheet", "a.tex", "--answers", "./a.tex"),
            2,
            "--worksheet and --answers name the same file",
            "its own",
        ),
        (("--html", ""), 2, "--html names no file", "--html FILE writes a file, --html - to standard output"),
        (("--html", "no/a.html"), 6, "cannot write no/a.html: there is no folder no", "mkdir -p no makes it"),
        (("--answers", str(ARTICLE), "-f"), 2, "is never overwritten", "--answers FILE writes another file"),
        (("--calls", "--answers", "a.tex"), 2, "--calls does not go with --answers", "leave out --answers, or --calls"),
        (("--worksheet", "a.tex", "layers=[{linear: 200}, linear]"), 3, "the network has 801 parameters", "--calls"),
    ],
)
def test_files_that_may_not_be_written_are_refused(
    options: tuple[str, ...], code: int, message: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("explain-step", ARTICLE, *options)
    assert (result.code, result.out) == (code, "")
    assert message in result.err.splitlines()[0]
    assert hint in result.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", [curves, formulas, structure, tex])
def test_the_examples_in_the_code_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_every_formula_becomes_latex_without_a_letter_that_it_lacks() -> None:
    for registry in (layers, losses, optimizers):
        for thing in registry.values():
            for formula in formulas_of(thing):
                assert tex_math(formula).isascii(), formula
    assert tex_text(NAMES + "\0\u202e").isascii()


@pytest.mark.long
@pytest.mark.parametrize("case", ["article", "everything", *losses])
def test_worksheets_compile(case: str, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no pdflatex: apt-get install texlive-latex-base")
    loss, options = (losses[case], [f"loss={case}"]) if case in losses else (None, [])
    config = ARTICLE
    if case == "everything":
        config = tmp_path / "c.yaml"
        config.write_text(EVERYTHING)
        rows = "".join(f"0.{n % 9}1,0.{n % 7}2,0.{n % 5}3\n" for n in range(60))
        (tmp_path / "t.csv").write_text(f"{NAMES}\n{rows}")
    elif loss:
        tasks = {"regression": "diabetes", "counts": "diabetes", "binary": "moons", "multiclass": "iris"}
        config = ROOT / "configs" / f"{tasks[loss.tasks[0]]}.yaml"
        pairs = "[{linear: 4}, {positions: 2}, similarity]"
        options += [f"layers={pairs if case == 'contrastive' else '[{linear: 2}, linear]'}"]
    for answers in (False, True):
        (tmp_path / "w.tex").write_bytes(worksheet(worked_step_of(load(config, options)), answers=answers))
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "w.tex"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        log = (tmp_path / "w.log").read_text(errors="replace")
        assert result.returncode == 0, log[-2000:]
        assert "Missing character" not in log
        assert max(map(float, re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)), default=0) < 15
        assert (tmp_path / "w.pdf").read_bytes().startswith(b"%PDF")
