"""Predictions in Python exports: the columns that are printed, from the outputs of a row."""

from typing import Any

Output = dict[str, Any]


def answers_of(row: list[float], output: Output) -> dict[str, Any]:
    """Return the prediction of a row from its outputs, with probabilities or quantiles; None where it has none."""
    known = [value if abs(value) < float("inf") else None for value in row]
    if output["task"] in ("regression", "counts"):
        return values_of(known, output)
    if output["task"] == "multilabel":
        return labels_of(known, output)
    if known[0] is None:
        return {"prediction": None} | {f"probability_{name}": None for name in output["classes"]}
    p = [1 - row[0], row[0]] if len(row) == 1 else row
    decided = int(row[0] > output["threshold"]) if len(row) == 1 else p.index(max(p))
    chances = {f"probability_{name}": chance for name, chance in zip(output["classes"], p, strict=True)}
    return {"prediction": output["classes"][decided], **chances}


def values_of(row: list[Any], output: Output) -> dict[str, Any]:
    """Return the value of each target, and its quantiles."""
    quantiles = output["quantiles"]
    found: dict[str, Any] = {}
    spread: dict[str, Any] = {}
    for number, target in enumerate(output["targets"]):
        end = f"_{target}" if len(output["targets"]) > 1 else ""
        own = row[number * len(quantiles) : (number + 1) * len(quantiles)] if quantiles else [row[number]]
        found[f"prediction{end}"] = own[output["middle"] or 0]
        spread |= {f"quantile_{q:g}{end}": value for q, value in zip(quantiles, own, strict=False)}
    return found | spread


def labels_of(row: list[Any], output: Output) -> dict[str, Any]:
    """Return whether each label applies, in the words of the table, and its probability."""
    words = [output["negatives"], output["classes"]]
    chosen = [None if p is None else words[p > 0.5][number] for number, p in enumerate(row)]
    chances = {f"probability_{target}": p for target, p in zip(output["targets"], row, strict=True)}
    if output["label_delimiter"] is None:
        return {f"prediction_{target}": one for target, one in zip(output["targets"], chosen, strict=True)} | chances
    names = [target for target, p in zip(output["targets"], row, strict=True) if p is not None and p > 0.5]
    return {"prediction": None if None in row else output["label_delimiter"].join(names)} | chances
