"""Each ingredient on and off: scores of recipes beside the peers, kept in research.json."""

import argparse
import gc
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from benchmarks.tables.peers import kept as peer_scores
from benchmarks.tables.recipe import Recipe, run
from benchmarks.tables.sources import EIGHT, EVERY, OTHERS, split

KEPT = Path(__file__).with_name("research.json")
PEERS = ("linear", "hist_gb", "mlp", "mlp_plus", "realmlp", "realmlp_s", "catboost")


def kept() -> dict[str, dict[str, dict[str, float]]]:
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def measure(label: str, recipe: Recipe, tables: list[str]) -> None:
    for name in tables:
        for state in (0, 1):
            key = f"{name} {state}"
            if key in kept().get(label, {}):
                continue
            result = run(recipe, split(EVERY[name](), state))
            gc.collect()  # the arrays of a pass hang together in cycles
            everything = kept()
            everything.setdefault(label, {})[key] = result
            KEPT.write_text(json.dumps(everything) + "\n")


def peer_means(table: str) -> dict[str, float]:
    scores = peer_scores()
    means = {}
    for peer in PEERS:
        found = [scores[k]["score"] for state in (0, 1) if (k := f"{peer} {table} {state}") in scores]
        if len(found) == 2:
            means[peer] = float(np.mean(found))
    return means


def rank(table: str, mine: float) -> float:
    """1 + how many peers are better, half for a tie."""
    others = np.array(list(peer_means(table).values()))
    return float(1 + (others > mine + 5e-5).sum() + 0.5 * (np.abs(others - mine) <= 5e-5).sum())


def regret(table: str, mine: float) -> float:
    """Distance to the best peer, in spreads of the peers' scores."""
    others = np.array(list(peer_means(table).values()))
    return float((others.max() - mine) / (others.max() - np.median(others) + 0.01))


def row(label: str) -> dict[str, float]:
    found = kept().get(label, {})
    mean = {t: np.mean([found[f"{t} {s}"]["score"] for s in (0, 1)]) for t in EVERY if f"{t} 1" in found}
    out = {}
    for group, names in (("eight", EIGHT), ("others", OTHERS)):
        there = [t for t in names if t in mean and len(peer_means(t)) >= 5]
        out[group] = float(np.mean([rank(t, float(mean[t])) for t in there])) if there else np.nan
        out[f"gap_{group}"] = float(np.mean([regret(t, float(mean[t])) for t in there])) if there else np.nan
        out[f"seconds_{group}"] = float(
            sum(found[f"{t} {s}"]["seconds"] for t in names for s in (0, 1) if f"{t} {s}" in found)
        )
        out[f"n_{group}"] = len(there)
    return out


def against(label: str, base: str = "base") -> str:
    """Hundredths gained over a base, each table by at most 3; tables better, worse."""
    mine, theirs = kept().get(label, {}), kept().get(base, {})
    gains = {}
    for group, names in (("eight", EIGHT), ("others", OTHERS)):
        there = [t for t in names if f"{t} 1" in mine and f"{t} 1" in theirs]
        gains[group] = np.array(
            [sum(mine[f"{t} {s}"]["score"] - theirs[f"{t} {s}"]["score"] for s in (0, 1)) * 50 for t in there]
        )
    both = np.concatenate(list(gains.values()))
    if not len(both):
        return ""
    seconds = [sum(k[key]["seconds"] for key in mine if key in theirs) for k in (mine, theirs)]
    parts = " ".join(f"{g.clip(-3, 3).mean():+.2f}" if len(g) else "-" for g in gains.values())
    counts = f"better {(both > 0.02).sum()} worse {(both < -0.02).sum()}"
    return f"gain {parts} all {both.clip(-3, 3).mean():+.2f} {counts} time {seconds[0] / seconds[1]:.2f}"


def show(labels: list[str]) -> None:
    print(f"{'recipe':34s} eight others all |  gap8 gapO gap | s8  sO")
    for label in labels:
        r = row(label)
        n, m = r["n_eight"], r["n_others"]
        every = (r["eight"] * n + r["others"] * m) / max(n + m, 1)
        gap = (r["gap_eight"] * n + r["gap_others"] * m) / max(n + m, 1)
        ranks = f"{r['eight']:.2f} {r['others']:.2f} {every:.2f}"
        gaps = f"{r['gap_eight']:.3f} {r['gap_others']:.3f} {gap:.3f}"
        seconds = f"{r['seconds_eight']:.0f} {r['seconds_others']:.0f}"
        print(f"{label:34s} {ranks} | {gaps} | {seconds} | {against(label)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("changes", nargs="*", help="label; key: value, key: value")
    parser.add_argument("--base", default="")
    parser.add_argument("--tables", nargs="*", default=list(EVERY))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--detail", action="store_true")
    arguments = parser.parse_args()
    if arguments.show:
        show(list(kept()))
        return
    base = replace(Recipe(), **yaml.safe_load(f"{{{arguments.base}}}"))
    for change in arguments.changes:
        label, _, options = change.partition(";")
        measure(label, replace(base, **yaml.safe_load(f"{{{options}}}")), arguments.tables)
        show([label])


if __name__ == "__main__":
    main()
