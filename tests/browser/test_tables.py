"""Reports of tables with text, gaps and names of a stranger in a real browser."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import opened
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people

pytestmark = pytest.mark.long
OPTIONS = {
    "people": "target: buys, na_values: [x]",
    "ages": "target: age, drop_rows: true, categorical: [code]",
    "towns": "target: town, drop: [code]",
}
TABLE = "{{dataset: {{table: {{path: table.csv, {}}}}}, preset: tabular, epochs: 3, record: true}}"
HOSTILE = {"id": "<img src=x onerror=alert(1)>", "town": "שם", "code": "</script><script>alert(2)</script>"}


def reported(folder: Path, config: Path) -> Path:
    """Train and report; return the page."""
    done = call("train", config, "--runs-dir", folder / "runs", "-q", "--no-plots")
    assert done.code == 0, done.err
    page = call("report", done.out.strip(), "-o", folder / "page.html", "-q")
    assert page.code == 0, page.err
    return folder / "page.html"


def check(browser: Any, path: Path, ready: str = "main") -> None:
    """Open a page wide and light, then narrow and dark; no rule of accessibility is broken, and nothing is too wide."""
    from axe_playwright_python.sync_playwright import Axe

    for width, scheme in ((1280, "light"), (390, "dark")):
        with opened(browser, path, ready, viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
            page.wait_for_timeout(300)
            found = Axe().run(page)
            broken = [
                (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found.response["violations"]
            ]
            assert not broken, broken
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", OPTIONS)
def test_the_report_of_a_table_opens(name: str, browser: Any, tmp_path: Path) -> None:
    rows = people(150)
    if name == "people":  # names and cells of a stranger stay text
        rows = [
            {HOSTILE.get(key, key): cell.replace("Rome", HOSTILE["code"]) for key, cell in row.items()} for row in rows
        ]
    (tmp_path / "table.csv").write_text(csv_of(rows), encoding="utf-8")
    (tmp_path / "config.yaml").write_text(TABLE.format(OPTIONS[name]))
    check(browser, reported(tmp_path, tmp_path / "config.yaml"), ".player canvas")
