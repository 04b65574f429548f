"""The head of the page of a run: how it ended and how good it is, in a sentence."""

from collections.abc import Iterator

from npnet.metrics import metrics
from npnet.plots.layout import plain, short
from npnet.report.elements import Markup, element, joined
from npnet.report.parts import counted
from npnet.report.view import RunView, defined
from npnet.text import duration, escaped

OVERFIT = 1.5  # times the training loss: a validation loss beyond it is named
GOOD, BAD = ("done",), ("failed", "diverged")


def head(view: RunView) -> Markup:
    """Return the name of the run, the verdict, and what is known of it at a glance."""
    info = view.info
    return top(str(info["name"]), f"npnet report · {info['id']}", verdict(view), list(_chips(view)))


def top(title: str, over: str, sentence: Markup, chips: list[tuple[str, str, str]]) -> Markup:
    """Return the head of a page; a chip is a name, a value, and its look."""
    theme = element("button", "Dark theme", type="button", id="theme", class_="button needs-js")
    small = [
        element("li", name, " ", element("b", value), class_=f"chip {look}".strip()) for name, value, look in chips
    ]
    return joined(
        element("div", element("span", over), theme, class_="over"),
        element("h1", element("bdi", plain(title, 80))),
        element("p", sentence, class_="verdict"),
        element("ul", *small, class_="chips") if small else None,
    )


def verdict(view: RunView) -> Markup:
    """Return how the training ended, its main score with what it compares to, and what limits it."""
    return joined(*_with_spaces([*_ending(view), *_score(view), *_comparison(view), *_gap(view)]))


def _with_spaces(sentences: list[Markup]) -> Iterator[Markup]:
    for index, sentence in enumerate(sentences):
        yield Markup(f" {sentence}") if index else sentence


def _ending(view: RunView) -> Iterator[Markup]:
    """Yield a sentence for a training that is not simply done."""
    done, of = len(view.material.history.get("epoch", ())), counted(view.experiment.epochs, "epoch")
    texts = {
        "running": f"In progress: {done:,} of {of} are trained.",
        "interrupted": f"Interrupted after {done:,} of {of}; npnet resume {view.run.id} continues it.",
        "failed": f"Failed after {done:,} of {of}: {escaped(view.info['error'] or 'no reason is recorded')}.",
        "diverged": f"Diverged after {done:,} of {of}: {escaped(view.info['error'] or '')}.",
    }
    if view.status in texts:
        yield joined(texts[view.status])
    if view.status in ("running", "interrupted"):
        best = _best_so_far(view)
        if best:
            yield joined(best)


def _best_so_far(view: RunView) -> str:
    name = view.experiment.monitored
    values = view.material.history.get(name)
    if values is None or not any(map(defined, values.tolist())):
        return ""
    known = [
        (value, epoch)
        for value, epoch in zip(values.tolist(), view.material.history["epoch"].tolist(), strict=True)
        if defined(value)
    ]
    maximize = metrics[name.partition("_")[2]].goal == "maximize" if name.partition("_")[2] in metrics else False
    value, epoch = max(known) if maximize else min(known)
    return f"The best {name} so far is {short(value)}, in epoch {epoch:,.0f}."


def _score(view: RunView) -> Iterator[Markup]:
    """Yield the main score on rows that did not train."""
    name, split = view.headline, view.judged
    if name is None or split is None:
        return
    value, rows = short(view.scores[name]), view.material.rows.get(split, 0)
    where = {
        "test": f"On {counted(rows, 'test row')}, which it has not seen before,",
        "validation": f"On {counted(rows, 'validation row')}, which chose the best epoch,",
        "train": "On the rows it was trained on",
    }[split]
    if view.folds > 1:
        where = f"Over {view.folds} folds, each tested on rows that it did not train on,"
    span = view.intervals.get(name)
    sure = f" (95\u00a0% interval {short(span[0])} to {short(span[1])})" if span and defined(span[0]) else ""
    who = (
        "the network reaches"
        if view.experiment.ensemble == 1
        else f"{view.experiment.ensemble} networks together reach"
    )
    also = _right(view)
    yield joined(f"{where} {who} {name} ", element("b", value), f"{sure}{also}.")


def _right(view: RunView) -> str:
    """Return the share of right decisions, or the typical error."""
    accuracy, error = view.scores.get("accuracy"), view.scores.get("mae")
    if accuracy is not None and defined(accuracy) and view.headline != "accuracy":
        verb = "decides" if view.experiment.ensemble == 1 else "decide"
        return f" and {verb} {100 * accuracy:.1f}\u00a0% of them right"
    if error is not None and defined(error) and len(view.material.targets) == 1:
        return f"; {'it is' if view.experiment.ensemble == 1 else 'they are'} off by {short(error)} on average"
    return ""


def _comparison(view: RunView) -> Iterator[Markup]:
    """Yield the comparison with the best baseline."""
    name, split = view.headline, view.judged
    if name is None or split is None or not view.material.baselines:
        return
    found = {one: scores.get(split, {}).get(name) for one, scores in view.material.baselines.items()}
    known = {one: value for one, value in found.items() if value is not None and defined(value)}
    own = view.scores[name]
    if not known or own is None:
        return
    sign = 1 if metrics[name].goal == "maximize" else -1
    best = max(known, key=lambda one: sign * known[one])
    words = best.replace("_", " ")
    if sign * own > sign * known[best]:
        yield joined(f"That is better than the best baseline, {words}, with {short(known[best])}.")
    else:
        how = "as well" if short(own) == short(known[best]) else "better"
        yield joined(f"The best baseline, {words}, does {how}: {short(known[best])}.")


def _gap(view: RunView) -> Iterator[Markup]:
    """Yield a warning where the validation loss is far above the training loss."""
    losses = [view.material.metrics.get(split, {}).get("loss") for split in ("train", "validation")]
    train, validation = losses
    if train is None or validation is None or not (defined(train) and defined(validation)) or view.folds > 1:
        return
    if train > 0 and validation > OVERFIT * train:
        yield joined(f"Its validation loss is {validation / train:.1f} times its training loss: it overfits.")


def best_epochs(view: RunView) -> str:
    """Return the best epoch, of several networks the first and the last of theirs."""
    first, last = view.material.best_epochs or (0, 0)
    return f"{first:,} to {last:,}" if first < last else f"{view.info['best_epoch']:,}"


def _chips(view: RunView) -> Iterator[tuple[str, str, str]]:
    info, data = view.info, view.info.get("dataset") or {}
    look = "good" if view.status in GOOD else "bad" if view.status in BAD else ""
    yield "", view.status, look
    if data:
        yield "task", str(data["task"]), ""
        yield "rows", f"{sum(data['rows'].values()):,}", ""
    if info.get("network"):
        yield "network", str(info["network"]), ""
    if info["parameters"] is not None:
        yield "parameters", f"{info['parameters']:,}", ""
    if info["best_epoch"] is not None:
        yield ("best epoch", f"{best_epochs(view)} of {view.experiment.epochs:,}", "")
    if info["seconds"] is not None:
        yield "trained in", duration(info["seconds"]), ""
    yield "started", info["started"].replace("T", " ").replace("+00:00", " UTC"), ""
    for tag in info["tags"]:
        yield "", plain(tag, 30), ""
