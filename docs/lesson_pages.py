"""The pages of docs/lessons, from the lessons that come with npnet."""

from collections.abc import Iterator
from textwrap import fill

from npnet.lessons.lesson import LIBRARY, SIDES, Lesson, files_of, lessons

WIDTH = 120
INTRODUCTION = """\
# Lessons

Each lesson is a pair of configs that differ in one thing: one fails, one is mended. `npnet lesson` lists them,

```sh
npnet lesson dead-relu
```

writes the two configs into a folder, trains both with `record`, and opens a page that asks why one of them fails: both
configs and trainings side by side, a report of each with its replay, and the answer, folded. It takes some seconds. The
folder is yours: change a config, and `npnet train` it again. [How to teach with them in an hour](../teaching.md).
"""


def lesson_pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page."""
    rows = [f"| [{name}]({name}.md) | {one.title} |" for name, one in lessons().items()]
    yield "index.md", "\n".join([INTRODUCTION, "| lesson | about |", "| --- | --- |", *rows, ""])
    for name, one in lessons().items():
        yield f"{name}.md", "\n".join(_lines(name, one))


def _lines(name: str, one: Lesson) -> Iterator[str]:
    yield from (f"# {one.title}", "", "```sh", f"npnet lesson {name}", "```", "", fill(one.question, WIDTH), "")
    for side in SIDES:
        yield from (f"`{name}/{side}.yaml`:", "", "```yaml", (LIBRARY / name / f"{side}.yaml").read_text().rstrip())
        yield from ("```", "")
    for file, data in files_of(name).items():
        if file.endswith(".py"):
            yield from (f"`{name}/{file}`:", "", "```python", data.decode().rstrip(), "```", "")
    yield from ("## Where to look", "", fill(one.look, WIDTH), "")
    yield from ("<details>", "<summary>Answer</summary>", "", fill(one.answer, WIDTH), "")
    ranges = [f"{low:g} to {high:g}" for low, high in (one.failing, one.mended)]
    yield fill(f"Its {one.metric} on the {one.split} set is {ranges[0]} as it fails, and {ranges[1]} mended.", WIDTH)
    yield from ("", "</details>", "")
