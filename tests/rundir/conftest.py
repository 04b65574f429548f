"""Run folders as a training makes them, in milliseconds."""

import numpy as np
import pytest

from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim
from npnet.rundir.run import RunFolder

WEIGHTS = {"layers.0.weight": np.ones((1, 2), np.float32), "layers.0.bias": np.zeros(1, np.float32)}


@pytest.fixture
def runs_dir(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def make_run(runs_dir, tmp_path):
    """Make a finished run of a name, with the files of a short training."""

    def make(name="circles", resolved=b"loss: huber\n", roc_auc=0.5, **facts) -> RunFolder:
        with claim(runs_dir, name) as new:
            writer = new.publish({CONFIG: b"loss:  huber\n", RESOLVED: resolved}, tmp_path, **facts)
        for epoch in (1, 2):
            writer.append_history({"epoch": epoch, "train_loss": 1 / epoch, "validation_loss": np.nan}, 0.5)
        writer.write_weights(WEIGHTS, {"epoch": "2", "batch": "0"})
        writer.write_checkpoint(WEIGHTS, {"epoch": "2", "batch": "0"})
        writer.write_predictions("test", [{"row": [3, 5], "target": [0.5, 1.0], "prediction": [0.25, 1 / 3]}])
        writer.write_metrics({"test": {"roc_auc": roc_auc, "f1": np.nan}})
        writer.log("said")
        writer.finish("done", best_epoch=2)
        return writer.run

    return make
