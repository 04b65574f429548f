"""Plugins: files and installed packages with layers, whose code runs only where a person asks for it."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from npnet.errors import UsageError
from npnet.nn.layer import layers
from npnet.registry.packages import offers
from npnet.registry.plugin_files import load_file, load_same
from npnet.registry.plugins import loaded, unload
from npnet.report.network_data import network_data
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

SNAKE = Path(__file__).parents[2] / "examples" / "snake.py"
CODE = SNAKE.read_text("utf-8")
CONFIG = """\
dataset: {xor: {samples: 100}}
layers:
  - linear: 4
  - snake
  - linear
epochs: 3
"""
WITH = ("--plugin", "snake.py")


@pytest.fixture
def place(folder: Path) -> Iterator[Path]:
    """Return the current folder, with a plugin and a config that names its layer."""
    copy(SNAKE, folder)
    (folder / "c.yaml").write_text(CONFIG)
    offers.cache_clear()
    yield folder
    for plugin in loaded():
        unload(plugin)
    offers.cache_clear()


def train(*arguments: object) -> RunFolder:
    done = call("train", "c.yaml", "-q", "--no-plots", *arguments)
    assert done.code == 0, done.err
    return RunFolder(Path(done.out.strip()))


BAD: dict[str, tuple[str | bytes, str]] = {
    "syntax": ("x = 1\ndef f(:\n", "p.py:2: SyntaxError: invalid syntax"),
    "raises": ("def f():\n    raise KeyError('x')\n\nf()\n", "p.py:2: KeyError: 'x'"),
    "nothing": ("x = 1\n", "p.py registers nothing"),
    "twice": (CODE + CODE, f'p.py:{len(CODE.splitlines()) + 10}: the layer "snake" is registered twice'),
    "ours": (CODE.replace('"snake"', '"relu"'), 'p.py:10: the layer "relu" is registered twice'),
    "exits": ("import sys\nsys.exit(0)\n", "p.py:2: it ends the program while it is loaded"),
    "lacks": ("\nimport beside\n", "p.py:2: ModuleNotFoundError: No module named 'beside'"),
    "latin": (b"# a\n# \xff\n", "p.py:2: byte 6 (0xff) is not UTF-8"),
    "nul": ("x\0", "p.py: "),
    "metric": (
        "from npnet.metrics.metric import add\n@add('m', 'minimize', ())\ndef m(*_): ...\n",
        "p.py registers m under metrics, which a plugin cannot",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_plugin_is_a_line_with_the_place_of_the_mistake(name: str, place: Path) -> None:
    text, expected = BAD[name]
    (place / "p.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    before = sorted(place.rglob("*")), sorted(layers)
    result = call("train", "c.yaml", "--plugin", "p.py")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"npnet: error: {expected}")
    assert result.err.count("\n") <= 2
    assert (sorted(place.rglob("*")), sorted(layers)) == before


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("no.py", "there is no plugin no.py"),
        ("folder.py", "the plugin folder.py is a folder"),
        ("c.yaml", "the plugin c.yaml is no Python file"),
        ("loop.py", "the plugin loop.py cannot be read: a loop of links"),
        ("/dev/null.py", "there is no plugin /dev/null.py"),
    ],
)
def test_what_is_no_plugin_file_is_refused(path: str, expected: str, place: Path) -> None:
    (place / "folder.py").mkdir()
    (place / "loop.py").symlink_to("loop.py")
    result = call("list", "layers", "--plugin", path)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"npnet: error: {expected}")


WRONG: dict[str, tuple[str, str, str]] = {
    "gradient": ("double, 1.0", "double, 2.0", "WRONG  ratio "),
    "shape": ("(dy, m.double", "(dy[..., :3], m.double", "snake.py:46: ValueError: operands could not be broadcast"),
    "allocation": ("(m.work, out=m.double)", "(m.work)", "snake.py:31: TypeError: sin in a layer needs out="),
    "input": ("(x.values, m.a, out=m.work)", "(x.values, m.a, out=x.values)", "WRONG  forward writes into x"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_layer_is_found_by_check_and_a_wrong_shape_before_training(name: str, place: Path) -> None:
    right, wrong, expected = WRONG[name]
    assert right in CODE
    (place / "snake.py").write_text(CODE.replace(right, wrong))
    checked = call("list", "layers", *WITH, "--check")
    assert checked.code == 8
    assert expected in checked.out
    assert checked.err == "npnet: error: 1 of 1 layers break the contract of a layer: snake\n"
    if name in ("shape", "allocation"):
        refused = call("train", "c.yaml", *WITH)
        assert refused.code == 3
        assert refused.err.startswith(f"npnet: error: c.yaml:4:5: snake fails: {expected}")


def test_check_needs_a_plugin_and_passes_the_example(place: Path) -> None:
    assert call("list", "layers", *WITH, "--check").code == 0
    for arguments in (["layers", "--check"], ["losses", "--check", *WITH]):
        assert call("list", *arguments).code == 2


def test_what_a_plugin_prints_goes_to_standard_error_with_a_warning(place: Path) -> None:
    (place / "snake.py").write_text(f'{CODE}\nprint("hello")\n')
    result = call("list", "layers", *WITH, "--json")
    assert "snake" in [entry["name"] for entry in json.loads(result.out)["layers"]]
    line = len(CODE.splitlines()) + 2
    assert result.err.startswith(f"hello\nnpnet: warning: snake.py:{line} prints while it is loaded")


def test_a_run_notes_its_plugin_and_needs_it_again(place: Path) -> None:
    assert call("train", "c.yaml").code == 3
    run = train(*WITH)
    assert [(note["file"], note["names"]) for note in run.info["plugins"]] == [("snake.py", ["snake"])]
    (place / "rows.csv").write_text("x1,x2\n0.5,0.5\n")
    for command in (["evaluate", run.id], ["predict", run.id, "rows.csv"], ["report", run.id], ["export", run.id]):
        command += ["--to", "json"] if command[0] == "export" else []
        refused = call(*command)
        hint = f"hint: npnet {' '.join(command)} --plugin snake.py\n"
        assert (refused.code, refused.out) == (5, "")
        assert refused.err == f"npnet: error: {run.id} needs the plugin snake.py, which defines snake\n{hint}"
        assert command[0] == "report" or call(*command, *WITH).code == 0
    assert "snake" not in layers
    exported = call("export", run.id, "--to", "numpy", *WITH)
    assert (exported.code, "has no layer snake" in exported.err) == (3, True)


@pytest.mark.long  # writes a report
def test_the_page_of_a_run_says_which_layer_it_lacks(place: Path) -> None:
    run = train(*WITH, "record=true")
    load_file("snake.py")
    assert network_data(run)["lacking"] == ["snake"]
    assert call("report", run.id, *WITH, "-o", "page.html").code == 0
    assert f"npnet evaluate runs/{run.id} --bootstrap 1000 --plugin snake.py" in (place / "page.html").read_text()


def test_a_worker_without_the_file_of_the_driver_says_so(place: Path) -> None:
    with pytest.raises(UsageError, match="a worker cannot load the plugin: there is no plugin other"):
        load_same([("other.py", "0" * 64)])
    with pytest.raises(UsageError, match="has changed since the sweep began"):
        load_same([("snake.py", "0" * 64)])


def test_hints_have_the_plugin_that_their_command_needs(place: Path) -> None:
    done = call(
        "train", "c.yaml", *WITH, "epochs=1", "learning_rate=1e6", "optimizer=sgd", "diverge_factor=2", "--no-plots"
    )
    assert done.code == 7
    assert call("resume", "latest", *WITH).err.splitlines()[-1].startswith("hint: npnet train ")
    assert "resolved.yaml --plugin snake.py learning_rate=VALUE" in call("resume", "latest", *WITH).err


def test_another_file_is_accepted_only_where_a_person_says_so(place: Path) -> None:
    run = train(*WITH)
    (place / "snake.py").write_text(f"{CODE}\n")
    refused = call("evaluate", run.id, *WITH)
    assert refused.code == 5
    assert (
        f"was trained with other code for snake: snake.py {run.info['plugins'][0]['sha256'][:12]} then" in refused.err
    )
    assert refused.err.endswith(f"hint: npnet evaluate {run.id} --plugin snake.py --accept-plugin\n")
    assert call("evaluate", run.id, *WITH, "--accept-plugin").code == 0
    assert call("evaluate", run.id, *WITH).code == 5


def test_a_resumed_run_ends_with_the_bytes_of_one_without_a_break(place: Path) -> None:
    whole, run = train(*WITH, "epochs=6"), train(*WITH)
    assert call("resume", run.id, "epochs=6").code == 5
    done = call("resume", run.id, "epochs=6", "-q", "--no-plots", *WITH)
    assert done.code == 0, done.err
    for name in ("weights.safetensors", "history.csv", "predictions/test.csv", "metrics.json"):
        assert run.read(name) == whole.read(name)
    (place / "snake.py").write_text(f"{CODE}\n")
    assert call("resume", run.id, "epochs=7", *WITH).code == 5
    assert call("resume", run.id, "epochs=7", "-q", *WITH, "--accept-plugin").code == 0
    assert call("evaluate", run.id, *WITH).code == 0, "the run notes the code that trained it last"


def test_no_code_of_a_run_folder_runs(place: Path) -> None:
    run = train(*WITH)
    (run.path / "plots").mkdir()
    copy(SNAKE, run.path / "plots")
    refused = call("evaluate", run.id, "--plugin", run.path / "plots" / "snake.py")
    assert refused.code == 2
    assert "no code of a run folder is run" in refused.err


@pytest.mark.parametrize(
    "note",
    [
        {"file": "../snake.py", "sha256": "0", "names": ["snake"]},
        {"file": "snake.py", "names": ["snake"]},
        {"file": "\x1b[2J", "sha256": "0", "names": ["snake"]},
        {"package": "snake", "version": 1, "names": ["snake"]},
        {"module": "os", "names": []},
        "snake.py",
    ],
)
def test_a_forged_note_is_refused(note: object, place: Path) -> None:
    run = train("layers.1=relu")
    file = run.path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"plugins": [note]}))
    refused = call("evaluate", run.id)
    assert refused.code == 5
    assert "its plugins are none that npnet writes" in refused.err


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_sweep_takes_its_plugin_to_its_workers(jobs: int, place: Path) -> None:
    values = ("layers.1=[relu,snake]", "epochs=2", "-q", "--no-plots", "-j", jobs)
    done = call("sweep", "c.yaml", *values, *WITH)
    assert done.code == 0, done.err
    sweep = Path(done.out.strip())
    assert RunFolder(sweep).info["plugins"] == RunFolder(sweep / "trials" / "0002").info["plugins"]
    assert call("evaluate", sweep / "trials" / "0002", *WITH).code == 0
    assert call("sweep", "--collect", sweep).code == 5


def package(folder: Path, entries: str, code: str, name: str = "npnet-snake", version: str = "1.0") -> None:
    """Write an installed package whose module marks that it was imported."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(f"open({str(folder / 'imported')!r}, 'w').close()\n{code}")
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[npnet.layers]\n{entries}\n")


def test_the_page_on_plugins_has_the_example() -> None:
    page = (SNAKE.parents[1] / "docs" / "plugins.md").read_text("utf-8")
    assert f"```python\n{CODE.partition(chr(10) * 2)[2]}```" in page


@pytest.fixture
def site(place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of installed packages."""
    import sys

    folder = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name, module in sys.modules.items() if str(folder) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]


def test_a_package_is_imported_only_where_its_layer_is_named(site: Path) -> None:
    package(site, "snake = npnet_snake\nrelu = npnet_snake", CODE)
    train("layers.1=relu")
    assert call("config", "check", "c.yaml", "layers.1=snke").code == 3
    assert not (site / "imported").exists()
    run = train("layers.1.snake={}")
    assert run.info["plugins"] == [{"package": "npnet-snake", "version": "1.0", "names": ["snake"]}]
    assert call("evaluate", run.id).code == 0
    listed = call("list", "layers")
    assert "snake" in listed.out
    assert listed.err == 'npnet: warning: npnet-snake offers a layer "relu", which is ignored: npnet has one\n'


def test_a_package_in_another_version_is_another_plugin(site: Path) -> None:
    package(site, "snake = npnet_snake", CODE)
    run = train()
    for plugin in loaded():
        unload(plugin)
    offers.cache_clear()
    (site / "npnet_snake-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: npnet-snake\nVersion: 2\n"
    )
    refused = call("evaluate", run.id)
    assert refused.code == 5
    assert "other code for snake: npnet-snake 1.0 then, npnet-snake 2 now" in refused.err
    assert refused.err.endswith(f"hint: npnet evaluate {run.id} --accept-plugin\n")


@pytest.mark.parametrize(
    ("code", "entries", "expected"),
    [
        ("1 / 0\n", "snake = npnet_snake", "npnet_snake.py:2: ZeroDivisionError: division by zero"),
        ("x = 1\n", "snake = npnet_snake", 'registers no layer "snake"'),
        (CODE, "snake = npnet_snke", "No module named 'npnet_snke'"),
    ],
)
def test_a_broken_package_is_an_error_at_the_line_of_the_config(
    code: str, entries: str, expected: str, site: Path
) -> None:
    package(site, entries, code)
    refused = call("train", "c.yaml")
    assert refused.code == 3
    assert refused.err.startswith("npnet: error: c.yaml:4:5: the package npnet-snake cannot be loaded: ")
    assert expected in refused.err
    assert "snake" not in layers


def test_two_packages_with_one_layer_are_refused(site: Path) -> None:
    package(site, "snake = npnet_snake", CODE)
    package(site, "snake = other_snake", CODE, "other-snake")
    refused = call("train", "c.yaml")
    assert (refused.code, "both offer the layer" in refused.err) == (3, True)


def test_packages_of_the_current_folder_do_not_count(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(place, "snake = npnet_snake", CODE)
    monkeypatch.syspath_prepend(str(place))  # as `python -m npnet` does
    assert call("train", "c.yaml").code == 3
    assert not (place / "imported").exists()
