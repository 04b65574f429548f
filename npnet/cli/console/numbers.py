"""Numbers as people read them: four digits of a score, seconds as a clock shows them."""

import math


def short(value: float | None) -> str:
    """A score or a loss: 0.9998, 53.13, 1.2e-05; a dash for what is undefined.

    >>> short(0.99979), short(1234.56), short(0.0000123)
    ('0.9998', '1235', '1.23e-05')
    """
    if value is None or math.isnan(value):
        return "-"
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 10:
        return f"{value:.4f}"
    return f"{value:.4g}" if 1e-4 <= abs(value) < 1e5 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A span of time: 0.3 s, 12 s, 2:05, 1:02:05.

    >>> duration(0.34), duration(125), duration(3725)
    ('0.3 s', '2:05', '1:02:05')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
