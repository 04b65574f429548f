"""No file that npnet reads can bring code along: nothing that would run it stands anywhere in npnet."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_floors import FILES, everywhere, name_of, tree_of

MODULES = {*("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "zipfile", "tarfile", "runpy")}
ALLOWED = {
    f"data/readers/child/{name}.py": {"zipfile"} for name in ("archives", "excel_errors")
}  # in a process of its own, which gives its parent bytes alone
EXPORTED = {
    f"export/python_code/{name}_program.py": [call]
    for name, call in {
        "numpy": "np.load(Path(__file__).with_name('weights.npz'), allow_pickle=False)",
        "torch": "torch.load(path, map_location='cpu', weights_only=True)",
    }.items()
}
"""Code that npnet copies into exports and never runs: it reads its own weights, in a way that runs nothing."""
PLUGINS = {
    "registry/plugin_files.py": [
        "compile(source, str(plugin.path), 'exec', dont_inherit=True)",
        "exec(_compiled(source, plugin), vars(module))",
    ],
    "registry/packages.py": ["distributions(path=path)"],
}
"""The only code that runs code of others: a file that a person names, a package that a person installed."""
CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "distributions", "entry_points"}
METHODS = {
    *(
        "torch.load",
        "np.load",
        "numpy.load",
        "joblib.load",
        "pd.read_pickle",
        "pandas.read_pickle",
        "np.genfromtxt",
        "np.fromregex",
    ),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "importlib.import_module", "os.system"),
}


def offences(tree: ast.AST) -> Iterator[str]:
    """Return the calls in a file that can run what a file says, as written; a name in quotes may be imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called, options = ast.unparse(node.func), {word.arg for word in node.keywords}
            fixed = called == "importlib.import_module" and all(isinstance(one, ast.Constant) for one in node.args)
            if (called in CALLS | METHODS and not fixed) or options & {"shell", "allow_pickle"}:
                yield ast.unparse(node)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_module_can_run_what_a_file_says(path: Path) -> None:
    assert {name.split(".")[0] for name in everywhere(path)} & MODULES == ALLOWED.get(name_of(path), set())
    assert list(offences(tree_of(path))) == (EXPORTED | PLUGINS).get(name_of(path), [])


@pytest.mark.parametrize(
    "text",
    [
        *("eval(text)", "exec(text)", "compile(text, '', 'exec')", "__import__(name)", "importlib.import_module(name)"),
        *(
            "np.load(path)",
            "joblib.load(path)",
            "yaml.load(text)",
            "run(words, shell=True)",
            "f(a, allow_pickle=False)",
        ),
    ],
)
def test_what_would_run_it_is_noticed(text: str) -> None:
    assert list(offences(ast.parse(text)))


def test_a_banned_module_is_noticed_wherever_it_is_imported(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    from pickle import loads\n")
    assert {name.split(".")[0] for name in everywhere(tmp_path / "a.py")} & MODULES
