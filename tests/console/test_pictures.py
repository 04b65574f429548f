"""Pictures on a terminal: curves and planes in letters, whatever the terminal can show."""

from typing import Any

import numpy as np
import pytest
from rich.text import Text

from npnet.cli.console.curves import Curve, TextStyle, curve_picture, sparklines
from npnet.cli.console.field import TextPlane, field_picture, legend
from npnet.cli.console.pictures import KINDS, picture
from npnet.cli.console.screen import Output
from npnet.cli.console.tables import text_of
from npnet.plots.kinds import suits
from tests.plots.materials import blobs, circles, one_epoch, strange, values_material

PLAIN, COLOURS, ASCII = TextStyle(False, True), TextStyle(True, True), TextStyle(True, False)
X = np.arange(1.0, 101.0)


def dots(line: Text) -> int:
    """Count the dots of the braille letters in a line."""
    return sum((ord(letter) - 0x2800).bit_count() for letter in line.plain if "\u2800" <= letter <= "\u28ff")


def test_a_falling_line_is_drawn_from_the_upper_left_to_the_lower_right() -> None:
    lines = curve_picture([Curve("train", X, -X)], "loss", PLAIN, 80, 10)
    inside = [line.plain[11:] for line in lines[1:11]]
    firsts = [len(line) - len(line.lstrip()) for line in inside]
    assert firsts == sorted(firsts)
    assert (firsts[0], max(map(len, inside))) == (0, 69)
    assert all(map(dots, lines[1:11]))
    assert lines[1].plain.startswith("  -1.0000 ┤")
    assert lines[10].plain.startswith("     -100 ┤")
    assert lines[-1].plain.split() == ["1", "100"]


@pytest.mark.parametrize("look", [PLAIN, COLOURS, ASCII])
@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("count", [1, 2, 5000])
def test_every_line_fits_however_many_epochs_there_are(look: TextStyle, width: int, count: int) -> None:
    x = np.arange(1.0, count + 1)
    y = np.abs(np.sin(x)) + 1 / x
    curves = [Curve("train", x, y), Curve("validation", x, y + 0.1)]
    lines = curve_picture(curves, "loss", look, width, 8, {"best epoch 1": 1.0})
    assert max(len(line) for line in lines[1:]) <= width
    assert len(lines) == 11
    if not look.unicode:
        assert all(line.plain.isascii() for line in lines)


def test_without_colours_the_first_of_two_curves_is_dotted() -> None:
    curves = [Curve("train", X, X), Curve("validation", X, X[::-1])]
    plain, coloured = (sum(map(dots, curve_picture(curves, "loss", look, 80, 10)[1:])) for look in (PLAIN, COLOURS))
    assert 0.6 < plain / coloured < 0.85


def test_values_over_two_decades_are_drawn_on_a_log_scale() -> None:
    lines = curve_picture([Curve("train", X, 10.0 ** -(X / 20))], "loss", PLAIN, 80, 10)
    assert lines[0].plain.startswith("loss (log scale)")
    firsts = [len(line.plain[11:]) - len(line.plain[11:].lstrip()) for line in lines[1:11]]
    assert np.ptp(np.diff(firsts)) <= 1  # a straight line


def test_sparklines_share_a_scale_and_have_gaps() -> None:
    assert sparklines([[3.0] * 3], PLAIN) == ["▅▅▅"]
    assert sparklines([[np.nan, 1.0, 0.0, np.inf], [0.5]], PLAIN) == [" █▁ ", "▅"]
    assert sparklines([[np.nan], []], PLAIN) == [" ", ""]
    assert sparklines([[0.0, 5.0]], ASCII) == ["_#"]
    assert sparklines([[1.0, 0.1, 0.01, 0.001]], PLAIN) == ["█▆▃▁"]  # a logarithmic scale


def _plane(classes: int, **values: float) -> TextPlane:
    share = np.linspace(0, 1, 8)[np.newaxis, :].repeat(8, axis=0)
    outputs = np.stack([1 - share, share], axis=-1) if classes == 2 else share[..., np.newaxis]
    if classes > 2:
        outputs = np.eye(classes)[np.arange(8) * classes // 8][np.newaxis].repeat(8, axis=0)
    names = tuple(f"class {code}" for code in range(classes))
    return TextPlane(outputs, np.array([[0.05, 0.05], [0.95, 0.95]]), np.array([0, 1]), names, **values)


def test_a_plane_has_two_rows_in_each_line_and_points_in_their_places() -> None:
    lines = field_picture(_plane(2), PLAIN)
    assert [line.plain for line in lines] == ["o ░▒▒▓██", "  ░▒▒▓██", "  ░▒▒▓██", "  ░▒▒▓█x"]
    assert field_picture(_plane(2), ASCII)[0].plain == "o .::=##"
    coloured = field_picture(_plane(2), COLOURS)
    assert [line.plain for line in coloured] == ["●▀▀▀▀▀▀▀", *["▀" * 8] * 2, "▀▀▀▀▀▀▀●"]
    assert [line.plain for line in legend(_plane(2), PLAIN)] == [" o class 0", "█x class 1"]


@pytest.mark.parametrize("classes", [0, 2, 3, 9])
@pytest.mark.parametrize("look", [PLAIN, COLOURS, ASCII])
def test_planes_of_any_task_are_drawn_also_with_gaps(classes: int, look: TextStyle) -> None:
    plane = _plane(classes, low=-1.0, high=3.0)
    plane.outputs[2, 3] = np.nan
    lines = [*field_picture(plane, look), *legend(plane, look)]
    assert len(lines) == 4 + (classes or 3)
    if not look.unicode:
        assert all(line.plain.isascii() for line in lines)


@pytest.mark.parametrize("make", [circles, blobs, one_epoch, strange, values_material, lambda: values_material(2)])
@pytest.mark.parametrize("width", [80, 60])
def test_pictures_of_any_run_are_at_most_as_wide_as_the_terminal(make: Any, width: int) -> None:
    material = make()
    for kind in KINDS:
        if suits(kind, material) is None:
            lines = text_of(picture(kind, material, PLAIN, width), Output(None)).splitlines()
            assert 15 <= len(lines) <= 30
            assert max(map(len, lines[1:])) <= width
