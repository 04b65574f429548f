"""Many runs in one picture: the best stands out, and no more than twelve have a name."""

import numpy as np
import pytest

from npnet.plots.curves import NAMED, LossCurve, losses


def history(least, epochs=20, **changed):
    values = least + np.linspace(1, 0, epochs)
    return {"epoch": np.arange(1.0, epochs + 1), "train_loss": values - 0.01, "validation_loss": values} | changed


def named(count):
    return {f"run{number}": history(0.1 + 0.01 * number) for number in range(count)}


def legend_of(drawing):
    return [text.get_text() for text in drawing.figure.axes[0].get_legend().get_texts()]


@pytest.mark.parametrize("count", [1, 2, 8, 12, 13, 40])
def test_the_legend_goes_from_the_best_to_the_worst_and_ends_at_twelve(count):
    entries = legend_of(losses(named(count)))
    assert len(entries) == min(count, NAMED)
    assert entries[0] == "run0  0.1000"
    if count > NAMED:
        assert entries[-1].startswith(f"{count - NAMED + 1} others  0.2100 to ")
    else:
        assert entries[-1].startswith(f"run{count - 1}  ")


@pytest.mark.parametrize("count", [2, 8, 40])
def test_the_best_is_the_thickest(count):
    lines = [line for line in losses(named(count)).figure.axes[0].get_lines() if len(line.get_xdata()) > 1]
    thickest = max(lines, key=lambda line: line.get_linewidth())
    assert thickest.get_ydata().min() == pytest.approx(0.1)
    assert sum(line.get_linewidth() == thickest.get_linewidth() for line in lines) == 1


def test_the_train_part_stands_in_for_a_validation_part_that_is_not_there():
    both, neither = history(0.1), {"epoch": np.arange(0.0)}
    assert LossCurve.of("a", both).part == "validation"
    assert LossCurve.of("a", both | {"validation_loss": np.full(20, np.nan)}).part == "train"
    assert LossCurve.of("a", neither) is None
    assert LossCurve.of("a", {}) is None
    with pytest.raises(ValueError, match="no run has a loss"):
        losses({"a": {}})


def test_the_numbers_are_those_of_every_run_in_full():
    runs = {"a": history(0.1), "b": history(0.2, epochs=3), "c": history(0.3)}
    del runs["c"]["validation_loss"]
    numbers = losses(runs).numbers
    assert list(numbers) == ["run", "epoch", "train_loss", "validation_loss"]
    assert numbers["run"].tolist() == ["a"] * 20 + ["b"] * 3 + ["c"] * 20
    assert np.array_equal(numbers["validation_loss"][20:23], runs["b"]["validation_loss"])
    assert np.isnan(numbers["validation_loss"][23:]).all()


def test_a_run_that_shoots_up_does_not_press_the_others_flat():
    runs = named(8)
    runs["run3"]["validation_loss"][-1] = 1e12
    axes = losses(runs).figure.axes[0]
    assert axes.get_ylim()[1] < 2
    assert axes.get_yscale() == "linear"


def test_one_epoch_is_a_point():
    lines = losses({"a": history(0.1, epochs=1), "b": history(0.2, epochs=1)}).figure.axes[0].get_lines()
    assert any(line.get_marker() == "o" for line in lines)
