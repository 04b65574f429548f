"""How to repeat, score and use a run: exact commands, the environment, and its fingerprint."""

import shlex
from collections.abc import Iterator
from typing import Any

from npnet.report.elements import Child, element
from npnet.report.page import Section
from npnet.report.parts import card, command, facts, grid
from npnet.report.view import RunView
from npnet.rundir import names
from npnet.rundir.info import fingerprint
from npnet.rundir.run import RunFolder
from npnet.text import listed

PACKAGES = ("npnet", "python", "numpy", "scipy", "scikit-learn", "pandas")


def section(view: RunView) -> Section:
    """Return the commands and the environment of a run."""
    folder = shlex.quote(f"{view.run.path.parent.name}/{view.run.id}")
    given = shlex.join(["npnet", *view.info["argv"][1:]])
    files = [note["file"] for note in view.info.get("plugins", ()) if "file" in note]
    plugin = "".join(f" --plugin {shlex.quote(file)}" for file in files)
    lines = [
        command("repeat", "Train again, with everything filled in", f"npnet train {folder}/{names.RESOLVED}{plugin}"),
        command("evaluate", "Score it again, with intervals", f"npnet evaluate {folder} --bootstrap 1000{plugin}"),
        command("predict", "Predict the rows of a table", f"npnet predict {folder} new.csv -o predictions.csv{plugin}"),
        command("given", "What was typed", given),
    ]
    lede = "On the same machine and versions a repeat gives the same numbers to the last bit."
    cards = card("Commands", *lines), card("Environment", facts(environment(view.run)))
    return Section("repeat", "Repeat it", lede, grid(*cards))


def environment(run: RunFolder) -> Iterator[tuple[str, Child]]:
    """Yield what may change the last bits of a result, and the fingerprints of data and weights."""
    info = run.info
    versions: dict[str, Any] = info["versions"]
    yield "versions", ", ".join(f"{name} {versions[name]}" for name in PACKAGES if versions.get(name))
    yield "system", str(info["machine"].get("system") or "")
    found = fingerprint(versions, info["machine"])
    yield from ((name, str(value)) for name, value in found.items() if name not in ("npnet", "numpy") and value)
    yield "git commit", info["git"]
    for note in info.get("plugins", ()):
        code = f"{note['file']} sha256 {note['sha256']}" if "file" in note else note.get("package", note.get("module"))
        yield "plugin", element("code", f"{code} {note.get('version', '')}".rstrip())
    yield "data", None if info["data"] is None else element("code", f"sha256 {info['data']}")
    if run.file(names.WEIGHTS).exists():
        yield "weights", element("code", f"sha256 {run.weights_digest()}")
    if info.get("bitwise") is False:
        yield "repeat", "was resumed under other conditions: a repeat may differ in the last bits"
    yield "tags", listed(info["tags"])
