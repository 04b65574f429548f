"""The playground in the browser: its settings, tables that are dropped on it, and runs of its configs."""

import json
from pathlib import Path
from typing import Any

from npnet.report.play.page import html_of_play
from npnet.rundir.run import RunFolder
from tests.browser.pages import trained, until

READY = ".transport"
DROP = """
([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
}
"""
CHANGE = "(patch) => npnetPlay.change(patch)"
INPUTS = "npnetPlay.session.model.inputs"
CSV = "Größe;farbe;lücke;codes;art\n" + "".join(
    f"{k % 7}{',5' if k % 2 else ''};{('rot', 'blau', 'grün', 'gelb')[k % 4]};{'' if k % 9 == 0 else k % 5};{k % 3};"
    f'"{"ja" if k % 7 > 3 else "nein; nie"}"\n'
    for k in range(150)
)


def written(folder: Path) -> Path:
    """Write a playground that starts with nothing."""
    path = folder / "play.html"
    path.write_bytes(html_of_play())
    return path


def config(page: Any) -> str:
    return str(page.text_content("#play-config"))


def drop(page: Any, name: str, content: bytes) -> None:
    before = page.evaluate("npnetPlay.own")
    page.evaluate(DROP, [name, list(content)])
    until(page, f"!document.querySelector('.error').hidden || npnetPlay.own?.name === {json.dumps(name)}")
    assert before is None or page.evaluate("npnetPlay.own") is not None


def run_of(folder: Path, text: str, *settings: str) -> RunFolder:
    """Train the config of the page for an epoch; return the run."""
    return trained(folder, text, "epochs=1", *settings)
