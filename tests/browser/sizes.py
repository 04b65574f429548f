"""Print the size of reports, the time to write them and the time to their first paint, as docs/report.md has it."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.browser.chromium import chromium
from tests.cli.conftest import call

ROOT = Path(__file__).parents[2]
LOADS = 7
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"


def main() -> None:
    """Train every shipped config as it is, and print a row for each page."""
    print("| page | kB | written in | first paint |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for name, path, seconds in pages(Path(folder)):
            print(f"| {name} | {path.stat().st_size / 1000:.0f} | {seconds:.1f} s | {paint(browser, path):.0f} ms |")


def pages(base: Path) -> Iterator[tuple[str, Path, float]]:
    """Yield the page of each config, one of several runs, one of data; with the seconds to write it."""
    runs, trained = ("--runs-dir", base / "runs"), {}
    for config in sorted((ROOT / "configs").glob("*.yaml")):
        command = "sweep" if config.stem == "sweep" else "train"
        trained[config.stem] = call(command, config, "--no-plots", "-q", *runs).out.strip()
        yield f"`{config.name}`", *timed("report", trained[config.stem], *runs)
    both = trained["circles"], trained["moons"]
    yield "circles and moons together", *timed("report", *both, "-o", base / "both.html", *runs)
    yield (
        "`npnet data report diabetes.yaml`",
        *timed("data", "report", ROOT / "configs" / "diabetes.yaml", "-o", base / "data.html"),
    )


def timed(*command: object) -> tuple[Path, float]:
    """Run a command; return the path that it prints, and its seconds."""
    began = time.perf_counter()
    result = call(*command)
    assert result.code == 0, result.err
    return Path(result.out.strip()), time.perf_counter() - began


def paint(browser: Any, path: Path) -> float:
    """Return the milliseconds to the first paint, the least of some loads: a busy machine only adds to it."""
    found = []
    for _ in range(LOADS):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        found.append(page.evaluate(PAINT))
        page.close()
    return min(found)


if __name__ == "__main__":
    main()
