"""Resuming: a run that was cut short goes on as if nothing had been, or says what has changed meanwhile."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from npnet.config import Experiment, Loaded, load_alone
from npnet.config.writer import write_resolved
from npnet.errors import ConfigError, DataError, RunError
from npnet.experiment.threads import limited
from npnet.machine.signals import Stop
from npnet.model.compact import whole
from npnet.model.fitting import Fitting
from npnet.registry import nearest
from npnet.rundir import CONFIG, RESOLVED, Run, RunWriter, reclaim
from npnet.rundir.diff import Pairs, changed
from npnet.rundir.machine import fingerprint, machine, versions
from npnet.rundir.restore import changed_data, data_of
from npnet.runner.checkpoints import GOES_WITH
from npnet.runner.prepared_run import PreparedRun, prepare_run
from npnet.runner.results import history_columns
from npnet.runner.run_facts import facts_of
from npnet.runner.show import Show
from npnet.runner.starting import start_from
from npnet.runner.training import Draw, Ending, Training, recorded_failures, shown
from npnet.storage import disk
from npnet.storage.tensor_file import Tensors
from npnet.text import listed

EPOCHS = "epochs"  # the only setting that may change
EPOCH = re.compile(r"\d{1,8}", re.ASCII)
BEGINNING = {"epoch": "0", "batch": "0"}
HINT = f"put it back: only {EPOCHS} may change; or train it anew, as another run"


@dataclass(frozen=True)
class ResumeOptions:
    """What is wanted of a run that goes on: another number of epochs, and what else may have changed."""

    runs_dir: Path
    overrides: Sequence[str] = ()
    accept_new_data: bool = False
    strict: bool = False
    draw: Draw | None = None


@dataclass(frozen=True)
class Checkpoint:
    """A state to go on from, and what its file says of it."""

    name: str
    tensors: Tensors
    metadata: dict[str, str]

    @property
    def epoch(self) -> int:
        """The epochs that are done."""
        return int(self.metadata["epoch"])


def resume_training(run: Run, wishes: ResumeOptions, show: Show, stop: Stop) -> Ending:
    """Go on from the newest good checkpoint of a run, or from its beginning where it has none yet.

    ConfigError where its config has been changed, DataError where its data have, RunError where no checkpoint can be
    used, InUse where a process works in it. Until all that is checked, nothing is changed in its folder.
    """
    with reclaim(run) as writer:
        return Resumption(writer, wishes, show).run(stop)


class Resumption:
    """A run that is about to go on: what it is now, and what it was when it began."""

    def __init__(self, writer: RunWriter, wishes: ResumeOptions, show: Show) -> None:
        self.writer, self.wishes, self.show = writer, wishes, show
        self.folder, self.info = writer.run, writer.run.info
        self.warnings: list[str] = []

    def run(self, stop: Stop) -> Ending:
        """Check what may have changed, take the state up, and train on."""
        found = self.newest()
        loaded = self.loaded(found)
        with data_of(self.folder):
            ready = prepare_run(loaded)
        new_data = self.has_new_data(ready)
        with limited(ready.experiment.threads):
            same_machine = self.is_on_its_machine()
            fitting = Fitting(ready.experiment, ready.folds)
            self.take_up(fitting, found, new_data)
            self.note(loaded, ready, fitting, bitwise=same_machine and not new_data)
            with recorded_failures(self.writer), shown(self.show, self.writer, fitting):
                return self.go_on(Training(fitting, self.writer, stop, self.show), found)

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole; None where none has been written yet."""
        for name in self.folder.checkpoints:
            try:
                tensors, metadata = self.folder.checkpoint(name)
                if not EPOCH.fullmatch(metadata.get("epoch", "")) or "batch" not in metadata:
                    self.warnings.append(f"{name} does not say of which epoch it is; an older one is taken")
                    continue
                self.require_its_weights(name, metadata)
                return Checkpoint(name, tensors, metadata)
            except RunError as error:
                self.warnings.append(f"{error.message}; an older checkpoint is taken")
        if self.warnings:
            raise RunError(
                f"no checkpoint of {self.folder.id} can be used: {self.warnings[0].partition('; ')[0]}",
                f"npnet train {self.folder.resolved_path} trains it anew",
            )
        if self.folder.status == "done":
            raise RunError(f"{self.folder.id} has no checkpoint to go on from", "train it anew with more epochs")
        return None

    def require_its_weights(self, name: str, metadata: dict[str, str]) -> None:
        """RunError where a compact state goes with other weights than those in the folder, or they are damaged."""
        if GOES_WITH not in metadata:
            return
        self.folder.weights()
        if self.folder.weights_digest() != metadata[GOES_WITH]:
            raise RunError(f"{self.folder.path / name} goes with other weights than those of the run")

    def loaded(self, found: Checkpoint | None) -> Loaded:
        """The config as the run has it, with another number of epochs where that is wanted."""
        for text in self.wishes.overrides:
            key = text.partition("=")[0].strip()
            if nearest(key, [EPOCHS]) and key not in (EPOCHS, *Experiment.model_fields):
                raise ConfigError(f"unknown key {key[:60]!a}", f"did you mean {EPOCHS}?")
            if key != EPOCHS:
                what = f"{key[:60]!a} cannot change in a run that goes on, only {EPOCHS} can"
                raise ConfigError(what, f"npnet train {self.folder.resolved_path} KEY=VALUE trains it anew")
        overrides = [*self.edited(found), *self.wishes.overrides]
        loaded = load_alone(self.folder.resolved_path, self.folder.resolved_text, overrides)
        if found is not None and loaded.experiment.epochs < found.epoch:
            what = f"{loaded.experiment.epochs} epochs are fewer than the {found.epoch} done"
            raise loaded.error((EPOCHS,), what, f"write epochs={found.epoch}, or more")
        return loaded

    def edited(self, found: Checkpoint | None) -> list[str]:
        """The number of epochs that was edited into config.yaml; ConfigError for another setting that was changed."""
        epochs = []
        for name, text in ((CONFIG, self.folder.config_text), (RESOLVED, self.folder.resolved_text)):
            digest = hashlib.sha256(text).hexdigest()
            if self.info.get("files", {}).get(name, digest) == digest:
                continue
            before = found.metadata.get(name) if found else None
            pairs: Pairs = {"": ("", "")} if before is None else changed(before.encode(), text, name)
            if pairs.keys() - {EPOCHS}:
                what = f"{self.folder.path / name} was changed since the training began"
                raise ConfigError(f"{what}: {_listed(pairs)}" if before else what, HINT)
            epochs += [f"{EPOCHS}={new}" for _, new in pairs.values()]
        return epochs

    def has_new_data(self, ready: PreparedRun) -> bool:
        """Whether the data are others than those it began with; DataError unless that is accepted."""
        if self.info["data"] in (None, ready.fingerprint):
            return False
        if not self.wishes.accept_new_data:
            hint = "put the old data back, or --accept-new-data goes on with the new"
            raise DataError(changed_data(self.folder), hint)
        self.warnings.append("the data are others than those that the training began with")
        return True

    def is_on_its_machine(self) -> bool:
        """Whether nothing that may change the last bits is otherwise now; RunError where that is not accepted."""
        then, now = fingerprint(self.info["versions"], self.info["machine"]), fingerprint(versions(), machine())
        pairs = {name: (then.get(name), now.get(name)) for name in {**then, **now}}
        others = [f"{name} {old} -> {new}" for name, (old, new) in pairs.items() if old != new]
        if not others:
            return True
        what = f"what {self.folder.id} began with is not here, so its last bits may differ: {', '.join(others)}"
        if self.wishes.strict:
            raise RunError(what, "without --strict-repro it goes on all the same")
        self.warnings.append(what)
        return False

    def take_up(self, fitting: Fitting, found: Checkpoint | None, new_data: bool) -> None:
        """Let the networks be what they were, and take off what was written later than that."""
        if found is None:
            start_from(fitting, self.folder.path, self.wishes.runs_dir)
            self.writer.cut_back((), BEGINNING)
            return
        if new_data and "behind" in found.tensors:
            found.tensors["behind"][...] = 0  # the epoch under way has other batches now
        with disk.reading(self.folder.path / found.name):
            fitting.resume(self.whole_state(fitting, found), found.epoch)
            self.writer.cut_back(["epoch", *history_columns(fitting), "learning_rate"], found.metadata)

    def whole_state(self, fitting: Fitting, found: Checkpoint) -> Tensors:
        """The state of a checkpoint; a compact one has its best parameters in the weights."""
        if GOES_WITH not in found.metadata:
            return found.tensors
        fitting.set_weights(self.folder.weights()[0])
        return whole(found.tensors, fitting.network.theta, fitting.network.state)

    def note(self, loaded: Loaded, ready: PreparedRun, fitting: Fitting, bitwise: bool) -> None:
        """Say in the folder that it goes on, and under what conditions."""
        self.writer.tidy()
        resolved = write_resolved(loaded.experiment).encode()
        if loaded.experiment.epochs != load_alone(loaded.path, loaded.text).experiment.epochs:
            self.writer.rewrite_resolved(resolved)
        changes = facts_of(fitting) | ({} if bitwise else {"bitwise": False})
        self.writer.begin_again(data=ready.fingerprint, **changes)

    def go_on(self, training: Training, found: Checkpoint | None) -> Ending:
        """Train on, and tell what was found."""
        for text in self.warnings:
            self.show.warn(text)
        if found is not None:
            training.take_up(found.epoch, found.tensors)
        asked = self.info.get("asked", {})
        return training.run(self.wishes.draw if asked.get("plots", True) else None, asked.get("baselines", False))


def _listed(pairs: Pairs) -> str:
    return listed((f"{name[:60]!a} {_said(old)} -> {_said(new)}" for name, (old, new) in pairs.items()), 5)


def _said(value: object) -> str:
    return "nothing" if value is None else ascii(value)[:60]
