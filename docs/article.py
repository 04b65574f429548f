"""The article's experiment over ten seeds, beside npnet's own and the best there is: writes docs/article.md.

`python -m docs.article` takes a minute or less.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

import numpy as np
from numpy.typing import NDArray

from docs.circles import Best, best_possible, best_radius_score
from docs.gallery import gallery, shy
from docs.markdown import code, page
from docs.markdown import table as markdown_table
from docs.pictures import draw_boundaries, draw_figures
from npnet import config
from npnet.config import Experiment
from npnet.data import prepare
from npnet.experiment.resolved import DataInfo, resolve
from npnet.model.predictor import SplitPredictor
from npnet.model.trainer import Trainer

HERE = Path(__file__).parent
CONFIGS = HERE.parent / "configs"
ARTICLE = np.array([0.872, 0.8262, 0.859, 0.8778, 0.7748, 0.822, 0.772, 0.5214, 0.8858, 0.85])
SEEDS = range(10)
HEADS = ("seed", "article", "its bias gradient", "its config", "circles.yaml", "best radius", "of scores")


@dataclass(frozen=True)
class Figures:
    """The figures of ten seeds, a row each, in columns as in the table; and the networks of a usual seed."""

    values: NDArray[np.float64]
    usual: int
    shown: dict[str, SplitPredictor]
    best: Best


def trained(path: Path, seed: int, change: Callable[[Experiment], Experiment] = lambda same: same) -> SplitPredictor:
    """Return the network of a config, trained on one thread."""
    from threadpoolctl import threadpool_limits

    loaded = config.load(path, [f"seed={seed}"])
    experiment = change(loaded.experiment)
    dataset = experiment.dataset.load(loaded.base, seed)
    with threadpool_limits(1):
        data = prepare(dataset, experiment.split, experiment.scale, seed)
        fitting = Trainer(resolve(experiment, DataInfo.of(data)), data)
        for _ in fitting.fit():
            pass
    return fitting.predictor()


def with_shy_biases(experiment: Experiment) -> Experiment:
    """Return the same experiment with the article's bias gradient."""
    return experiment.model_copy(update={"layers": shy(experiment.layers)})


def measure() -> Figures:
    """Train everything, ten seeds each."""
    rows, fittings = [], []
    for seed, published in zip(SEEDS, ARTICLE, strict=True):
        networks = {
            "its bias gradient": trained(CONFIGS / "article" / "circles.yaml", seed, with_shy_biases),
            "its config": trained(CONFIGS / "article" / "circles.yaml", seed),
            "circles.yaml": trained(CONFIGS / "circles.yaml", seed),
        }
        labels = [scores_of(one)["balanced_accuracy"] for one in networks.values()]
        test = networks["circles.yaml"].data.parts["test"]
        ranked = scores_of(networks["circles.yaml"])["roc_auc"]
        rows.append([published, *labels, best_radius_score(test.raw, test.y), ranked])
        fittings.append(networks)
        print(f"seed {seed}: {'  '.join(f'{value:.4f}' for value in rows[-1])}", flush=True)
    values = np.array(rows)
    usual = int(np.abs(values[:, 1] - values[:, 1].mean()).argmin())
    return Figures(values, usual, fittings[usual], best_possible())


def scores_of(fitting: SplitPredictor) -> dict[str, float]:
    """Return the scores on the test part, or on the train part where that is all there is."""
    return fitting.scores("test" if "test" in fitting.data.parts else "train")


def text(figures: Figures) -> str:
    """docs/article.md."""
    means, spreads = figures.values.mean(axis=0), figures.values.std(axis=0, ddof=1)
    best, network = figures.best, figures.shown["its config"].network
    filled = Template((HERE / "templates" / "article.md").read_text(encoding="utf-8")).substitute(
        picture="![Scores of ten seeds, and the best possible score](images/article.png)",
        boundaries="![Predictions of the three networks over the plane](images/article-boundaries.png)",
        usual=figures.usual,
        table=figures_table(figures.values, means, spreads),
        tested=f"{len(figures.shown['circles.yaml'].data.parts['test'].y):,}",
        parameters=network.size,
        radius=f"{best.radius:.4f}",
        scores=f"{best.scores:.5f}",
        labels=f"{best.labels:.5f}",
        article_mean=f"{means[0]:.4f}",
        article_spread=f"{spreads[0]:.4f}",
        shy_mean=f"{means[1]:.4f}",
        shy_spread=f"{spreads[1]:.4f}",
        config_mean=f"{means[2]:.4f}",
        gallery="\n\n".join(f"**{title}**\n\n{code(rows)}" for title, rows in gallery()),
    )
    return page("The article, reproduced and improved", filled)


def figures_table(values: NDArray[np.float64], means: NDArray[np.float64], spreads: NDArray[np.float64]) -> str:
    """Return a row for each seed, then mean and sample standard deviation."""
    return markdown_table(HEADS, _rows(values, means, spreads))


def _rows(*blocks: NDArray[np.float64]) -> Iterator[list[str]]:
    values, means, spreads = blocks
    for name, row in [*zip(map(str, SEEDS), values, strict=True), ("**mean**", means), ("**deviation**", spreads)]:
        yield [name, *(f"{value:.4f}" for value in row)]


def main() -> None:
    """Write docs/article.md and its pictures."""
    figures = measure()
    columns = dict(zip(HEADS[1:5], figures.values.T, strict=False))
    draw_figures(columns, figures.best.labels, HERE / "images" / "article.png")
    draw_boundaries(figures.shown, HERE / "images" / "article-boundaries.png")
    (HERE / "article.md").write_text(text(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
