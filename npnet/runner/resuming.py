"""Resuming: an interrupted run continues as if nothing had happened, or the error says what has changed."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from npnet.config import Experiment, Loaded, load_alone
from npnet.config.writer import write_resolved
from npnet.errors import ConfigError, DataError, RunError
from npnet.experiment.resources import limited
from npnet.machine.signals import Stop
from npnet.model.train_state import Tensors, expand
from npnet.model.trainer import Trainer
from npnet.registry import nearest
from npnet.rundir.diff import changed
from npnet.rundir.info import fingerprint, machine, versions
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import reclaim
from npnet.rundir.plugins import require_plugins
from npnet.rundir.restore import changed_data, data_of
from npnet.rundir.run import RunFolder
from npnet.rundir.writer import GOES_WITH, RunWriter
from npnet.runner.prepared_run import PreparedRun, prepare_run, start_from, training_info
from npnet.runner.recording import Show, recorded
from npnet.runner.results import history_columns
from npnet.runner.training import Draw, Ending, Training
from npnet.storage import disk
from npnet.text import listed, plural

EPOCHS = "epochs"  # the only setting that may change
EPOCH = re.compile(r"\d{1,8}", re.ASCII)
BEGINNING = {"epoch": "0", "batch": "0"}
HINT = f"put it back: only {EPOCHS} may change; or train it anew, as another run"


@dataclass(frozen=True)
class ResumeOptions:
    """The options of a resume: another number of epochs, and which other changes are accepted."""

    runs_dir: Path
    overrides: Sequence[str] = ()
    accept_new_data: bool = False
    strict: bool = False
    draw: Draw | None = None


@dataclass(frozen=True)
class Checkpoint:
    """A state to continue from, its metadata, and for a compact one the weights it goes with."""

    name: str
    tensors: Tensors
    metadata: dict[str, str]
    weights: Tensors

    @property
    def epoch(self) -> int:
        """The number of complete epochs."""
        return int(self.metadata["epoch"])


def resume_training(run: RunFolder, options: ResumeOptions, show: Show, stop: Stop) -> Ending:
    """Continue from the newest good checkpoint of a run, or from its beginning where it has none yet.

    Raise ConfigError where its config has changed, DataError where its data have, RunError where no checkpoint can be
    used, InUse where a process works in it. Until all that is checked, nothing is changed in its folder.
    """
    with reclaim(run) as writer:
        return Resumption(writer, options, show).run(stop)


class Resumption:
    """A run about to be resumed: its folder, and what has changed since it began."""

    def __init__(self, writer: RunWriter, options: ResumeOptions, show: Show) -> None:
        self.writer, self.options, self.show = writer, options, show
        self.folder, self.info = writer.run, writer.run.info
        self.warnings: list[str] = []

    def run(self, stop: Stop) -> Ending:
        """Check what may have changed, restore the state, and continue the training."""
        found = self.newest()
        loaded = self.loaded(found)
        with data_of(self.folder):
            prepared = prepare_run(loaded)
        new_data = self.has_new_data(prepared)
        with limited(prepared.experiment.threads):
            same_machine = self.is_on_its_machine()
            trainer = Trainer(prepared.experiment, prepared.folds)
            self.take_up(trainer, found, new_data)
            self.record(loaded, prepared, trainer, bitwise=same_machine and not new_data)
            with recorded(self.writer, trainer, self.show):
                for text in self.warnings:
                    self.show.warn(text)
                training = Training(trainer, self.writer, stop, self.show)
                if found is not None:
                    training.take_up(found.epoch, found.tensors)
                asked = self.info.get("asked", {})
                draw = self.options.draw if asked.get("plots", True) else None
                return training.run(draw, asked.get("baselines", False))

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint that is intact; None where none has been written yet."""
        for name in self.folder.checkpoints:
            try:
                tensors, metadata = self.folder.checkpoint(name)
                if not EPOCH.fullmatch(metadata.get("epoch", "")) or "batch" not in metadata:
                    self.warnings.append(f"{name} does not say of which epoch it is; an older one is taken")
                    continue
                return Checkpoint(name, tensors, metadata, self.weights_of(name, metadata))
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

    def weights_of(self, name: str, metadata: dict[str, str]) -> Tensors:
        """Return the weights of a compact checkpoint; raise RunError where the folder has others, or damaged ones."""
        if GOES_WITH not in metadata:
            return {}
        weights, _ = self.folder.weights()
        if self.folder.weights_digest() != metadata[GOES_WITH]:
            raise RunError(f"{self.folder.path / name} goes with other weights than those of the run")
        return weights

    def loaded(self, found: Checkpoint | None) -> Loaded:
        """Return the config of the run, with another number of epochs where that is wanted."""
        for text in self.options.overrides:
            key = text.partition("=")[0].strip()
            if nearest(key, [EPOCHS]) and key not in (EPOCHS, *Experiment.model_fields):
                raise ConfigError(f"unknown key {key[:60]!a}", f"did you mean {EPOCHS}?")
            if key != EPOCHS:
                what = f"{key[:60]!a} cannot change in a run that goes on, only {EPOCHS} can"
                raise ConfigError(what, f"npnet train {self.folder.resolved_path} KEY=VALUE trains it anew")
        require_plugins(self.folder)
        overrides = [*self.edited(found), *self.options.overrides]
        loaded = load_alone(self.folder.resolved_path, self.folder.read(RESOLVED), overrides)
        if found is not None and loaded.experiment.epochs < found.epoch:
            few = f"{plural(loaded.experiment.epochs, 'epoch')} {'is' if loaded.experiment.epochs == 1 else 'are'}"
            what = f"{few} fewer than the {found.epoch} done"
            raise loaded.error((EPOCHS,), what, f"write epochs={found.epoch}, or more")
        return loaded

    def edited(self, found: Checkpoint | None) -> list[str]:
        """Return the epochs edited into the config as overrides; raise ConfigError for any other edited setting."""
        epochs = []
        for name in (CONFIG, RESOLVED):
            text = self.folder.read(name)
            digest = hashlib.sha256(text).hexdigest()
            if self.info.get("files", {}).get(name, digest) == digest:
                continue
            what = f"{self.folder.path / name} was changed since the training began"
            before = found.metadata.get(name) if found else None
            if before is None:
                raise ConfigError(what, HINT)
            pairs = changed(before.encode(), text, name)
            if pairs.keys() - {EPOCHS}:
                each = (f"{key[:60]!a} {_text(old)} -> {_text(new)}" for key, (old, new) in pairs.items())
                raise ConfigError(f"{what}: {listed(each, 5)}", HINT)
            epochs += [f"{EPOCHS}={new}" for _, new in pairs.values()]
        return epochs

    def has_new_data(self, prepared: PreparedRun) -> bool:
        """Return whether the data have changed; raise DataError unless that is accepted."""
        if self.info["data"] in (None, prepared.fingerprint):
            return False
        if not self.options.accept_new_data:
            hint = "put the old data back, or --accept-new-data goes on with the new"
            raise DataError(changed_data(self.folder), hint)
        self.warnings.append("the data are not those that the training began with")
        return True

    def is_on_its_machine(self) -> bool:
        """Return whether versions and machine give the same last bits; raise RunError where they must."""
        then, now = fingerprint(self.info["versions"], self.info["machine"]), fingerprint(versions(), machine())
        pairs = {name: (then.get(name), now.get(name)) for name in {**then, **now}}
        others = [f"{name} {old} -> {new}" for name, (old, new) in pairs.items() if old != new]
        if not others:
            return True
        what = f"{self.folder.id} began under other conditions, so its last bits may differ: {', '.join(others)}"
        if self.options.strict:
            raise RunError(what, "without --strict-repro it goes on all the same")
        self.warnings.append(what)
        return False

    def take_up(self, trainer: Trainer, found: Checkpoint | None, new_data: bool) -> None:
        """Restore the networks, and cut off what was written after their state."""
        if found is None:
            start_from(trainer, self.folder.path, self.options.runs_dir)
            self.writer.cut_back((), BEGINNING)
            return
        if new_data and "batches_done" in found.tensors:
            found.tensors["batches_done"][...] = 0  # the epoch in progress has other batches now
        with disk.reading(self.folder.path / found.name):
            state = found.tensors
            if GOES_WITH in found.metadata:
                trainer.set_weights(found.weights)
                network = trainer.stack_trainer.network
                state = expand(state, network.theta, network.state)
            trainer.resume(state, found.epoch)
            self.writer.cut_back(["epoch", *history_columns(trainer), "learning_rate"], found.metadata)

    def record(self, loaded: Loaded, prepared: PreparedRun, trainer: Trainer, bitwise: bool) -> None:
        """Record in the folder that the run continues, and under which conditions."""
        self.writer.remove_leftovers()
        resolved = write_resolved(loaded.experiment).encode()
        if loaded.experiment.epochs != load_alone(loaded.path, loaded.text).experiment.epochs:
            self.writer.rewrite_resolved(resolved)
        changes = training_info(trainer) | ({} if bitwise else {"bitwise": False})
        self.writer.begin_again(data=prepared.fingerprint, **changes)


def _text(value: object) -> str:
    return "nothing" if value is None else ascii(value)[:60]
