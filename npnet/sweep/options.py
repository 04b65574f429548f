"""Wishes: what is wanted of a sweep beside its plan."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Keep = Literal["all", "best", "light", "none"]


@dataclass(frozen=True)
class SweepOptions:
    """Where its folder is, on what it runs, what it keeps and when it gives up.

    `keep`: light is config, history, scores and weights of every trial, all adds their last state, best keeps the
    weights of the best trial alone, none keeps none.
    """

    runs_dir: Path
    run_dir: Path | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    jobs: int = 1
    backend: str = "local"
    scheduler: str | None = None
    keep: Keep = "light"
    max_failures: int | None = None
    trial_timeout: float | None = None
