"""CONTRIBUTING.md is followed in a copy of the tree, and the tests over everything registered accept its examples."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(?:python|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COPIED = ("npnet", "tests", "docs", "configs", "examples", "benchmarks", "pyproject.toml", "README.md", "CHANGELOG.md")
CONTRACTS = {
    "A layer": ("softsign", "nn/test_every_layer nn/test_extremes runner/test_step_calls nn/test_registries"),
    "A loss": ("fourth_power", "nn/test_losses nn/test_every_layer nn/test_extremes nn/test_registries"),
    "An optimizer": ("sign_sgd", "nn/test_optimizers runner/test_step_calls nn/test_registries"),
    "An initializer": ("laplace", "nn/test_initializers nn/test_registries"),
    "A schedule": ("inverse_time", "nn/test_schedules nn/test_registries"),
    "A metric": ("mean_bias", "metrics/test_metrics nn/test_registries"),
    "A data set": ("parabola", "data/test_synthetic nn/test_registries"),
    "A derived input": ("absolute", "data/test_derived_inputs nn/test_registries"),
    "A kind of plot": ("loss_gap", "plots/test_pictures nn/test_registries"),
}
"""The heading of each kind, the name of its example, and the tests that run over everything of that kind."""


def sections(text: str) -> dict[str, list[str]]:
    """Return the blocks of CONTRIBUTING by the heading above them."""
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    blocks = {title: BLOCK.findall(body) for title, body in zip(parts[::2], parts[1::2], strict=True)}
    return {title: found for title, found in blocks.items() if found}


def follow(block: str, folder: Path) -> None:
    """Write the file that a block names in its first line, or add its line where the first line says."""
    head, _, body = block.partition("\n")
    name, _, anchor = head.removeprefix("# ").partition(", after: ")
    file = folder / name
    if not anchor:
        assert not file.exists(), f"{name} is there already"
        file.write_text(body, encoding="utf-8")
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [n for n, line in enumerate(lines) if line.strip().startswith(anchor)]
    assert found, f"no line of {name} begins with {anchor!r}"
    for number in reversed(found):
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines.insert(number + 1, indent + body)
    file.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tree, and add every example of CONTRIBUTING."""
    folder = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    for blocks in sections((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")).values():
        for block in blocks:
            follow(block, folder)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "HOME": str(folder), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_the_tests_over_everything_registered_accept_each_example(tree: Path) -> None:
    files = sorted({f"tests/{file}.py" for _, names in CONTRACTS.values() for file in names.split()})
    examples = " or ".join(name for name, _ in CONTRACTS.values())
    options = ("-v", "-n", "0", "-p", "no:cacheprovider", "-m", "not peers", "-k", examples)
    done = run(tree, "-m", "pytest", *options, *files)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    for name, names in CONTRACTS.values():
        for file in names.split():
            assert re.search(rf"^tests/{file}\.py::.*\b{name}\b.* PASSED", done.stdout, re.M), f"{file} skips {name}"


def test_the_example_of_a_command_runs_and_shows_its_help(tree: Path) -> None:
    assert run(tree, "-m", "npnet", "version-of", "numpy").stdout.strip() == np.__version__
    assert "npnet version-of numpy" in run(tree, "-m", "npnet", "version-of", "--help").stdout


def test_the_example_of_a_reader_reads_a_table(tree: Path) -> None:
    rows = [f"x:{n}\ty:{2 * n}\n" for n in range(40)]
    (tree / "t.ltsv").write_text("".join(rows))
    (tree / "c.yaml").write_text("dataset: {table: {path: t.ltsv, target: y}}\nlayers: [linear]\nepochs: 2\n")
    done = run(tree, "-m", "npnet", "data", "check", "c.yaml", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 40


def test_every_other_example_has_its_contract() -> None:
    assert set(sections((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) == {
        *CONTRACTS,
        "A command",
        "A reader of files",
    }
