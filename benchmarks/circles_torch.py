"""configs/circles.yaml in PyTorch, as one would write it by hand: the training, the metrics, the pictures.

python -m benchmarks.circles_torch FOLDER

Batches are gathered with `randperm`; a DataLoader would take several times as long.
"""

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from sklearn import metrics
from sklearn.datasets import make_circles
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

EPOCHS, BATCH, RATE, SEED = 100, 128, 0.01, 0
Parts = dict[str, tuple[np.ndarray, np.ndarray]]
History = dict[str, list[float]]
Scores = dict[str, dict[str, float]]


def main(folder: Path) -> None:
    """Train, and leave weights, history, metrics, predictions and four pictures in the folder."""
    torch.manual_seed(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    parts, scaler = load()
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    history, best = train(net, parts, scaler)
    torch.save(net.state_dict(), folder / "weights.pt")
    chances = {part: predict(net, scaler, X) for part, (X, _) in parts.items()}
    scores = {part: evaluate(y, chances[part]) for part, (_, y) in parts.items()}
    write(folder, history, scores, parts, chances)
    draw(folder, net, scaler, history, best, scores, parts, chances)


def load() -> tuple[Parts, StandardScaler]:
    X, y = make_circles(n_samples=5000, noise=0.04, factor=0.8, random_state=SEED)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=SEED)
    X, X_val, y, y_val = train_test_split(X, y, test_size=0.25, stratify=y, random_state=SEED)
    return {"train": (X, y), "validation": (X_val, y_val), "test": (X_test, y_test)}, StandardScaler().fit(X)


def tensors(X: np.ndarray, y: np.ndarray, scaler: StandardScaler) -> tuple[Tensor, Tensor]:
    return torch.tensor(scaler.transform(X), dtype=torch.float32), torch.tensor(y, dtype=torch.float32)[:, None]


def train(net: nn.Module, parts: Parts, scaler: StandardScaler) -> tuple[History, int]:
    """Adam on mini-batches; the weights of the best epoch by validation loss are put back at the end."""
    X, y = tensors(*parts["train"], scaler)
    X_val, y_val = tensors(*parts["validation"], scaler)
    criterion, optimizer = (
        nn.BCEWithLogitsLoss(),
        torch.optim.Adam(net.parameters(), lr=RATE, fused=True),
    )
    steps = EPOCHS * -(-len(X) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, cycle_momentum=False)
    history: History = {"train_loss": [], "validation_loss": []}
    best, best_epoch, weights = np.inf, 0, copy.deepcopy(net.state_dict())
    for epoch in range(1, EPOCHS + 1):
        for rows in torch.randperm(len(X)).split(BATCH):
            optimizer.zero_grad()
            criterion(net(X[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            history["train_loss"].append(criterion(net(X), y).item())
            history["validation_loss"].append(criterion(net(X_val), y_val).item())
        if history["validation_loss"][-1] < best:
            best, best_epoch = history["validation_loss"][-1], epoch
            weights = copy.deepcopy(net.state_dict())
        if epoch % 10 == 0:
            print(f"epoch {epoch}/{EPOCHS} " + " ".join(f"{name} {v[-1]:.4f}" for name, v in history.items()))
    net.load_state_dict(weights)
    return history, best_epoch


def predict(net: nn.Module, scaler: StandardScaler, X: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        chances: np.ndarray = torch.sigmoid(net(torch.tensor(scaler.transform(X), dtype=torch.float32)))[:, 0].numpy()
    return chances


def evaluate(y: np.ndarray, chance: np.ndarray) -> dict[str, float]:
    label = chance >= 0.5
    return {
        "roc_auc": metrics.roc_auc_score(y, chance),
        "accuracy": metrics.accuracy_score(y, label),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, label),
        "f1": metrics.f1_score(y, label),
        "precision": metrics.precision_score(y, label),
        "recall": metrics.recall_score(y, label),
        "log_loss": metrics.log_loss(y, chance),
        "brier": metrics.brier_score_loss(y, chance),
    }


def write(folder: Path, history: History, scores: Scores, parts: Parts, chances: dict[str, np.ndarray]) -> None:
    table = np.column_stack([np.arange(1, EPOCHS + 1), *history.values()])
    np.savetxt(folder / "history.csv", table, delimiter=",", header="epoch,train_loss,validation_loss", comments="")
    (folder / "metrics.json").write_text(json.dumps(scores, indent=2))
    for part in ("validation", "test"):
        columns = np.column_stack([parts[part][1], chances[part]])
        np.savetxt(folder / f"{part}.csv", columns, delimiter=",", header="target,probability", comments="")


def draw(
    folder: Path,
    net: nn.Module,
    scaler: StandardScaler,
    history: History,
    best: int,
    scores: Scores,
    parts: Parts,
    chances: dict[str, np.ndarray],
) -> None:
    """Each picture alone, then three of them and the metrics on one sheet."""
    painters: dict[str, Callable[[Axes], None]] = {
        "loss": lambda axes: paint_loss(axes, history, best),
        "boundary": lambda axes: paint_boundary(axes, net, scaler, parts),
        "roc": lambda axes: paint_roc(axes, parts, chances),
    }
    for name, paint in painters.items():
        figure, axes = plt.subplots(figsize=(6.4, 4.8), dpi=150)
        paint(axes)
        figure.savefig(folder / f"{name}.png")
        plt.close(figure)
    figure, sheet = plt.subplots(2, 2, figsize=(11.69, 8.27), dpi=150)
    for axes, paint in zip(sheet.flat, painters.values(), strict=False):
        paint(axes)
    paint_table(sheet[1, 1], scores)
    figure.savefig(folder / "summary.png")


def paint_loss(axes: Axes, history: History, best: int) -> None:
    for name, values in history.items():
        axes.plot(range(1, EPOCHS + 1), values, label=name)
    axes.axvline(best, linestyle=":", label=f"best epoch {best}")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    axes.legend()


def paint_boundary(axes: Axes, net: nn.Module, scaler: StandardScaler, parts: Parts) -> None:
    x = np.linspace(-1.3, 1.3, 200)
    grid = np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)
    field = predict(net, scaler, grid).reshape(200, 200)
    image = axes.imshow(field, origin="lower", extent=(-1.3, 1.3, -1.3, 1.3), cmap="cividis", vmin=0, vmax=1)
    axes.figure.colorbar(image, ax=axes, label="probability of class 1")
    axes.contour(x, x, field, levels=[0.5], colors="black")
    for part, marker in (("train", "o"), ("test", "x")):
        X, y = parts[part]
        for code in (0, 1):
            axes.plot(*X[y == code].T, marker, markersize=2, label=f"{part}, class {code}")
    axes.legend(fontsize=7)


def paint_roc(axes: Axes, parts: Parts, chances: dict[str, np.ndarray]) -> None:
    for part, (_, y) in parts.items():
        false, true, _ = metrics.roc_curve(y, chances[part])
        axes.plot(false, true, label=f"{part}, AUC {metrics.auc(false, true):.4f}")
    axes.plot([0, 1], [0, 1], linestyle=":")
    axes.set(xlabel="false positive rate", ylabel="true positive rate")
    axes.legend()


def paint_table(axes: Axes, scores: Scores) -> None:
    axes.set_axis_off()
    names = list(scores["test"])
    cells = [[f"{scores[part][name]:.4f}" for part in scores] for name in names]
    axes.table(cells, rowLabels=names, colLabels=list(scores), bbox=Bbox.from_bounds(0.3, 0.1, 0.7, 0.8))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
