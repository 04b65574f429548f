"""One training step of a config's own network, as the NumPy calls that it makes."""

from npnet.engine.batches import Batches
from npnet.engine.passes import Pass
from npnet.engine.trace import StepCall, step_calls
from npnet.engine.updates import Updates
from npnet.experiment.resolved import resolve
from npnet.model.fitting import Fitting
from npnet.runner.prepared_run import PreparedRun


def calls_of_step(run: PreparedRun) -> list[StepCall]:
    """List the calls of one step of one model on a whole batch, in the order in which they are made."""
    experiment = resolve(run.experiment.config.model_copy(update={"ensemble": 1}), run.experiment.data)
    fitting = Fitting(experiment, run.folds[0][0])
    batches = Batches(fitting.samples("train"), experiment.batch_size, experiment.config.seed)
    one = Pass(fitting.network, batches.shapes()[batches.size], experiment.loss, training=True)
    updates = Updates(fitting.network, experiment.config.optimizer, fitting.trainer.learners[0].constraints)
    stages = {"forward": one.forward, "backward": one.backward, "penalties": updates.penalties, "update": updates.calls}
    return list(step_calls(stages, {**one.buffers, **updates.buffers}))
