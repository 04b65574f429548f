"""The page of a lesson: its question, both trainings side by side, and the answer, folded."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from npnet.diagnosis.diagnose import diagnose
from npnet.diagnosis.record import record_of
from npnet.lessons.lesson import SIDES, Lesson, Side
from npnet.report.elements import Markup, element, lines
from npnet.report.page import Page, Section
from npnet.report.parts import card, grid
from npnet.report.runs_page import runs_page
from npnet.report.sections.verdict import top
from npnet.rundir.run import RunFolder

COMMAND = "lesson"


def lesson_page(name: str, lesson: Lesson, runs: Mapping[Side, RunFolder], configs: Mapping[Side, str]) -> Page:
    """Return the page of a lesson whose configs were trained; reports of both runs are expected beside it."""
    pages = {run.id: f"{side}.html" for side, run in runs.items()}
    compared = runs_page({f"{side}.yaml": run for side, run in runs.items()}, lambda run: pages[run.id])
    shown = {section.id: section for section in compared.sections}
    both = [shown[name] for name in ("scores", "curves") if name in shown]
    sections = [_question(lesson, configs), *both, _pictures(lesson.picture, runs), _answer(lesson, runs)]
    head = top(lesson.title, f"npnet {COMMAND} {name}", element("span", lesson.question), [])
    return replace(compared, title=lesson.title, head=head, sections=sections, command=COMMAND)


def _question(lesson: Lesson, configs: Mapping[Side, str]) -> Section:
    """Return both configs with the lines that differ marked, and where to look."""
    texts = {side: configs[side].splitlines() for side in SIDES}
    blocks = SequenceMatcher(a=texts["failing"], b=texts["mended"], autojunk=False).get_matching_blocks()
    common = {
        "failing": {at for block in blocks for at in range(block.a, block.a + block.size)},
        "mended": {at for block in blocks for at in range(block.b, block.b + block.size)},
    }
    cards = []
    for side in SIDES:
        code = list[Markup]()
        for at, text in enumerate(texts[side]):
            code += [lines(text) if at in common[side] else element("mark", lines(text)), Markup("\n")]
        link = element("a", "Open its report", href=f"{side}.html")
        box = element("pre", element("code", *code), tabindex="0")
        cards.append(card(f"{side}.yaml", box, element("p", link, " to see how it trained.")))
    return Section("question", "Two configs", lesson.look, grid(*cards))


def _pictures(kind: str, runs: Mapping[Side, RunFolder]) -> Section:
    """Return the same plot of both runs."""
    title = kind.replace("_", " ").capitalize()
    cards = [_picture(side, title, (runs[side].plots / f"{kind}.png").read_bytes()) for side in SIDES]
    return Section("pictures", title, f"npnet plot RUN --kind {kind} draws it of any run.", grid(*cards))


def _picture(side: Side, title: str, data: bytes) -> Markup:
    source = f"data:image/png;base64,{b64encode(data).decode()}"
    return card(f"{side}.yaml", element("img", src=source, alt=f"{title} of {side}.yaml", class_="picture"))


def _answer(lesson: Lesson, runs: Mapping[Side, RunFolder]) -> Section:
    """Return the answer and the verdicts on both runs, which open with a click or a key."""
    found = [element("p", lesson.answer)]
    for side in SIDES:
        diagnosis = diagnose(record_of(runs[side]))
        items = [element("li", element("b", one.name), f": {one.message}") for one in diagnosis.verdicts]
        heading = element("h3", f"What npnet diagnose says of {side}.yaml")
        found += [heading, element("ul", *items) if items else element("p", "Nothing found.")]
        if needs := "; ".join(f"{need.name} needs {need.needs}" for need in diagnosis.unjudged):
            found.append(element("p", f"Not judged: {needs}."))
    body = element("details", element("summary", "Show the answer"), *found, class_="answer")
    return Section("answer", "Answer", "Think first: what would you change in failing.yaml?", body)
