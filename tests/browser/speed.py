"""Print how fast the page replays and trains 2-16-16-1 on one core, as docs/report.md has it.

Wall time counts for an idle machine only; processor time is that of all processes of the browser. Of several rounds
the least counts, as other work on the machine can only add to it.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from npnet.report.play.page import html_of_play
from tests.browser.chromium import chromium
from tests.browser.pages import opened, trained, written

CONFIG = """\
dataset: {circles: {samples: 5000, noise: 0.04}}
layers: [{linear: 16}, tanh, {linear: 16}, tanh, {linear: 1}]
epochs: 10
record: true
"""
FRAMES, STEPS, ROUNDS = 20, 500, 6
REPLAY = """
(count) => new Promise((resolve) => {
  const last = npnetPlayer.entries.length, began = performance.now();
  npnetPlayer.controls.isPlaying = true;  // as while it plays: nothing is refined in between
  let shown = 0;
  const tick = () => {
    if (shown === count) {
      npnetPlayer.controls.pause();
      return resolve((performance.now() - began) / count);
    }
    npnetPlayer.load(shown++ % last);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})
"""
TRAINING = """
(count) => {
  npnetPlayer.training.begin();
  const began = performance.now();
  for (let k = 0; k < count; k++) npnetPlayer.training.continuation.step(0.001);
  return (performance.now() - began) / count;
}
"""


PLAY = """
(count) => new Promise((resolve) => {
  let shown = 0;
  const tick = () => {
    if (shown++ === count) return resolve();
    npnetPlay.train();
    npnetPlay.show(npnetPlay.session.draw(true));
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})
"""
SETTINGS = """
() => {
  const after = [{type: "tanh", options: {}}], [a, b] = [{units: 16, after}, {units: 16, after}];
  npnetPlay.transport.speed = "1";
  npnetPlay.change({blocks: [a, b], options: {samples: 5000, noise: 0.04, factor: 0.8}});
}
"""


def main() -> None:
    """Print milliseconds of a frame and of a step, and the time to the first paint."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the browser inherits it
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = written(trained(Path(folder), CONFIG), Path(folder) / "page.html")
        with opened(browser, path) as page:
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
            page.evaluate(REPLAY, FRAMES)
            frame, spent = least(lambda: page.evaluate(REPLAY, FRAMES))
            page.evaluate(TRAINING, STEPS)
            step = page.evaluate(TRAINING, STEPS)
        size = path.stat().st_size
        picture = playing(browser, Path(folder) / "play.html")
    print(f"a frame of 2-16-16-1 on maps of 100 x 100: {frame:.1f} ms, {1000 / frame:.0f} a second")
    print(f"processor time of a frame: {spent:.1f} ms, which is {1000 / spent:.0f} a second on an idle core")
    print(f"processor time of a picture of npnet play: {picture:.1f} ms, {1000 / picture:.0f} a second on an idle core")
    print(f"a step of training on 32 rows: {step:.2f} ms")
    print(f"first paint of a page of {size / 1000:.0f} kB: {paint:.0f} ms")


def playing(browser: Any, path: Path) -> float:
    """Return the milliseconds of processor time in which the playground trains a step of 2-16-16-1 and shows it."""
    path.write_bytes(html_of_play())
    with opened(browser, path, ".transport") as page:
        page.evaluate(SETTINGS)
        page.evaluate(PLAY, FRAMES)
        return least(lambda: page.evaluate(PLAY, FRAMES))[1]


def least(show: Callable[[], Any]) -> tuple[Any, float]:
    """Return the least of what some rounds return, and of their milliseconds of processor time for a frame."""
    found, spent = [], []
    for _ in range(ROUNDS):
        before = processor_time()
        found.append(show())
        spent.append((processor_time() - before) * 1000 / FRAMES)
    return min(filter(None, found), default=None), min(spent)


def processor_time() -> float:
    """Return the seconds of processor time that the descendants of this process have spent."""
    stats = dict(stat for folder in Path("/proc").glob("[0-9]*") for stat in _stat(folder))
    own = {os.getpid()}
    for _ in stats:
        own |= {pid for pid, (parent, _) in stats.items() if parent in own}
    ticks: Any = os.sysconf("SC_CLK_TCK")
    return sum(used for pid, (_, used) in stats.items() if pid in own and pid != os.getpid()) / ticks


def _stat(folder: Path) -> list[tuple[int, tuple[int, int]]]:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []  # it has ended meanwhile
    return [(int(folder.name), (int(fields[1]), int(fields[11]) + int(fields[12])))]


if __name__ == "__main__":
    main()
