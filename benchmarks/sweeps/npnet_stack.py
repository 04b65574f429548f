"""npnet: the trainings of the sweep without folders, scores and tables."""

from pathlib import Path

from benchmarks.sweeps.worker import CONFIG_FILE, main, rows, stacked_loss
from npnet.config import load
from npnet.experiment.resolved import DataInfo, prepare_folds, resolve
from npnet.experiment.resources import limited
from npnet.model.trainer import Trainer
from npnet.sweeps.plan import make_plan


class Stack:
    """All trials in one stack trainer, which scores the validation set after each epoch, as sweeps do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        plan = make_plan(load(folder / CONFIG_FILE))
        experiment = plan.loaded.experiment
        data = prepare_folds(experiment, experiment.dataset.load(folder, 0))
        stage = plan.stage(0, [])
        assert stage is not None
        sizes = DataInfo.of(data[0][0])
        experiments = [resolve(plan.experiment(trial), sizes) for trial in plan.trials(stage)]
        self.fittings = Trainer.together(experiments, data)

    def train(self) -> None:
        with limited(1):
            for _ in self.fittings[0].stack_trainer.train():
                pass

    def loss(self) -> float:
        self.fittings[0].stack_trainer.restore()
        weights = []
        for fitting in self.fittings:
            named = fitting.weights()
            names = sorted({name.rpartition(".")[0] for name in named})
            weights.append([(named[f"{name}.weight"], named[f"{name}.bias"]) for name in names])
        return stacked_loss(weights, rows(self.folder))


if __name__ == "__main__":
    main(Stack)
