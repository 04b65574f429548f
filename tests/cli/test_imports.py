"""Which large packages a command imports, and that none is imported before it is needed."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("sklearn", "scipy", "pandas", "matplotlib", "joblib", "pyarrow")
CODE = """
import sys
from npnet.cli import main
code = main(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules} & set(%r)), file=sys.stderr)
sys.exit(code)
"""
TRAIN = ("train", "circles.yaml", "epochs=1", "-q")
CIRCLES = "dataset: {circles: {samples: 100}}\nlayers: [{linear: 4}, tanh, linear]\nmetrics: [roc_auc, f1]\n"
TABLE = CIRCLES.replace("{circles: {samples: 100}}", "{table: {path: data.csv, target: y}}")


def loaded(folder: Path, *arguments: str, packages: tuple[str, ...] = HEAVY) -> set[str]:
    """Return which of the packages a process has imported at the end of a command."""
    command = [sys.executable, "-c", CODE % (packages,), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a config, and a table with its config."""
    (tmp_path / "circles.yaml").write_text(CIRCLES)
    (tmp_path / "table.yaml").write_text(TABLE)
    rows = [f"{n % 7},{n % 5},{'yes' if n % 3 else 'no'}" for n in range(100)]
    (tmp_path / "data.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    return tmp_path


def test_a_training_on_generated_data_imports_no_large_package(folder: Path) -> None:
    assert loaded(folder, *TRAIN, "--no-plots") == set()


@pytest.mark.long
def test_a_training_with_plots_imports_matplotlib_alone(folder: Path) -> None:
    assert loaded(folder, *TRAIN) == {"matplotlib"}


@pytest.mark.parametrize("command", ["config check circles.yaml", "config show circles.yaml", "list layers", "runs"])
def test_a_command_without_scores_imports_no_large_package(command: str, folder: Path) -> None:
    assert loaded(folder, *command.split()) == set()


def test_pandas_is_imported_where_a_table_is_read(folder: Path) -> None:
    packages = tuple(name for name in HEAVY if name != "pyarrow")  # pandas imports it where it is installed
    assert loaded(folder, "config", "check", "table.yaml", packages=packages) == {"pandas"}


def test_a_quiet_training_imports_no_rich(folder: Path) -> None:
    assert loaded(folder, *TRAIN, "--no-plots", packages=("rich", "matplotlib")) == set()


def test_a_config_is_checked_without_rich_and_without_the_plots(folder: Path) -> None:
    packages = ("matplotlib", "rich")
    assert loaded(folder, "config", "show", "circles.yaml", packages=packages) == set()
