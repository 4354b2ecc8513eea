"""What a notebook shows of a loop while it runs: one small drawing, changed in place."""

import math
import time
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.snapshot import Snapshot
from fitreel.recording.points import RecordedPoints

SHARE = 0.04
"""Of the loop's time at most."""
APART = 0.5
"""Seconds from one drawing to the next, at least."""
MOST = 400
"""Points of a curve."""
WIDTH, HEIGHT, MARGIN = 340, 240, 12


class LiveDisplay:
    """Shows the newest snapshot in IPython's display, now and then.

    Raises:
        ImportError: this is no notebook.
    """

    def __init__(self, points: RecordedPoints, name: str) -> None:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is None:
            raise ImportError("this is no notebook")
        self._points, self._name = points, name
        self._losses: list[tuple[int, float]] = []
        self._handle: Any = display(_Drawing(_svg("", [])), display_id=True)
        self._began = time.perf_counter()
        self._spent = self._last = 0.0
        self._waiting: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Take note of it, and draw it if there is time for that."""
        self._losses.append((snapshot.epoch, snapshot.loss))
        if len(self._losses) > 2 * MOST:  # the newest stays
            del self._losses[1:-1:2]
        now = time.perf_counter()
        if now - self._last < APART or self._spent > SHARE * (now - self._began):
            self._waiting = snapshot
            return
        self._draw(snapshot)

    def finish(self) -> None:
        """Draw the last one, if it isn't drawn."""
        if self._waiting is not None:
            self._draw(self._waiting)

    def _draw(self, snapshot: Snapshot) -> None:
        self._waiting = None
        started = time.perf_counter()
        parts = [_losses_of(self._losses, WIDTH + 3 * MARGIN)]
        is_curve = len(self._points.inputs) == len(self._points.outputs) == 1
        if is_curve and snapshot.has_prediction:
            parts.append(_fit(self._points, snapshot.prediction))
        title = f"{self._name} · step {snapshot.epoch} · loss {snapshot.loss:.4g}"
        self._handle.update(_Drawing(_svg(title, parts)))
        self._last = time.perf_counter()
        self._spent += self._last - started


class _Drawing:
    """What IPython asks for its form."""

    def __init__(self, svg: str) -> None:
        self._svg = svg

    def _repr_html_(self) -> str:
        return self._svg

    def __repr__(self) -> str:
        return "<a drawing of the newest snapshot>"


def _svg(title: str, parts: Sequence[str]) -> str:
    width, height = 2 * WIDTH + 5 * MARGIN, HEIGHT + 40
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" '
        f'style="max-width: {width}px; background: #fcfcfa" font-family="sans-serif">'
        f"<title>{escape(title)}</title>"
        f'<text x="{MARGIN}" y="20" font-size="15" fill="#1b2430">{escape(title)}</text>'
        f"{''.join(parts)}</svg>"
    )


def _fit(points: RecordedPoints, prediction: NDArray[np.floating[Any]]) -> str:
    """The points, and the curve."""
    x, y = points.x.reshape(-1), points.y.reshape(-1)
    at = points.places.reshape(-1)
    spans = _span(np.concatenate([x, at])), _span(y)
    dots = "".join(
        f'<circle cx="{across:.1f}" cy="{down:.1f}" r="2.5"/>'
        for across, down in _placed(_thinned(x), _thinned(y), spans, MARGIN)
    )
    order = np.argsort(at, kind="stable")
    line = _line(_placed(_thinned(at[order]), _thinned(prediction[order]), spans, MARGIN))
    return (
        f'<g fill="#4f78b0">{dots}</g><polyline points="{line}" fill="none" stroke="#c8374b" '
        'stroke-width="4" stroke-linejoin="round"/>'
    )


def _losses_of(losses: Sequence[tuple[int, float]], left: float) -> str:
    """Losses against steps; logarithmic where all are positive."""
    steps, values = np.array(losses, np.float64).reshape(-1, 2).T
    good = np.isfinite(values)
    steps, values = steps[good], values[good]
    if not len(values):
        return ""
    if values.min() > 0:
        values = np.log10(values)
    line = _line(_placed(steps, values, (_span(steps), _span(values)), left))
    return f'<polyline points="{line}" fill="none" stroke="#c8374b" stroke-width="2.5"/>'


def _thinned(values: NDArray[Any]) -> NDArray[Any]:
    return values[:: math.ceil(len(values) / MOST) or 1]


def _span(values: NDArray[Any]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    air = 0.1 * (high - low) or 1.0
    return low - air, high + air


def _placed(
    x: NDArray[Any],
    y: NDArray[Any],
    spans: tuple[tuple[float, float], tuple[float, float]],
    left: float,
) -> list[tuple[float, float]]:
    """Where points stand in the drawing; what is no number is left out, what is far is cut."""
    (west, east), (south, north) = spans
    across = left + (x - west) / (east - west) * WIDTH
    down = 30 + (north - np.clip(y, south, north)) / (north - south) * HEIGHT
    good = np.isfinite(across) & np.isfinite(down)
    return list(zip(across[good].tolist(), down[good].tolist(), strict=True))


def _line(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
