"""The major or the minor ticks of one axis: the first is worked out, the others are drawn alike."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.axis import XAxis
from matplotlib.colors import to_rgba
from matplotlib.transforms import Bbox

from fitreel.render.figure.figure_renderer import Call, FigureRenderer
from fitreel.render.figure.text_layouts import layout_of
from fitreel.render.figure.tick_copies import copied, is_nobodys
from fitreel.render.figure.tick_marks import Mark, NotUnderstoodError, marks_of
from fitreel.render.figure.tick_state import TickState
from fitreel.render.figure.tick_templates import is_plain

Samples = dict[tuple[type, bool], tuple[dict[str, Any], TickState]]
"""For a kind of axis, major or minor: what its ticks were asked to be, and one of them that
matplotlib made after the first."""

SPARES_KEPT = 50
"""Of an axis's ticks that are let go of; it takes them again when it needs more."""


class TickGroup:
    """The ticks of `axis`, major or not, that are shown."""

    def __init__(self, axis: Any, is_major: bool, samples: Samples) -> None:
        self._axis = axis
        self._is_major = is_major
        self._along = 0 if isinstance(axis, XAxis) else 1
        self._samples = samples
        self._states: list[TickState] = []
        self._shown: list[TickState] = []
        self._labels: list[tuple[Any, list[Any]]] = []
        """For each label that is seen: its artist, and for each tick its place and lines."""
        self._spare: list[TickState] = []
        """Those of ticks that the axis has let go of."""
        self._count = 0
        self._calls: list[Call] | None = None
        """What draws them, while all is where it was."""
        self._transforms: tuple[bytes, ...] = ()

    def put(self, locations: Sequence[Any], labels: Sequence[Any]) -> list[Any]:
        """Put the ticks to their places, as `Axis._update_ticks` does, and return them.

        Raises:
            NotUnderstoodError: they aren't all drawn alike, or one stands nowhere.
        """
        ticks = self._ticks()
        count = self._count = len(locations)
        if type(ticks) is not list or not ticks or len(labels) != count:
            raise NotUnderstoodError
        if not all(math.isfinite(location) for location in map(float, locations)):
            raise NotUnderstoodError
        if count > len(ticks):
            self._ask_spines()
            if ticks is not self._ticks():
                return self.put(locations, labels)
        states = self._states
        self._spare += states[len(ticks) :]
        del states[len(ticks) :], self._spare[:-SPARES_KEPT]
        for number, (location, written) in enumerate(zip(locations, labels, strict=True)):
            label = "" if written is None else str(written)
            if number == len(ticks):
                self._add(ticks)
                if ticks is not self._ticks():  # which a spine does that takes its first place
                    return self.put(locations, labels)
            elif number == len(states):
                states.append(TickState(ticks[number]))
            elif states[number].tick is not ticks[number] or not states[number].is_unchanged():
                states[number] = TickState(ticks[number])
            state = states[number]
            if state.location != location or state.label != label:
                state.put(location, label)
            first = states[0]
            if state.alike is not first and number:
                if not state.is_alike(first):
                    raise NotUnderstoodError
                state.alike = first
        return ticks[:count]

    def _ticks(self) -> list[Any]:
        ticks = self._axis.majorTicks if self._is_major else self._axis.minorTicks
        return cast(list[Any], ticks)

    def _add(self, ticks: list[Any]) -> None:
        """Adds a tick, as `Axis.get_major_ticks` does."""
        axis, first = self._axis, self._states[0]
        asked = axis._major_tick_kw if self._is_major else axis._minor_tick_kw
        kind = (type(axis), self._is_major)
        words, sample = self._samples.get(kind, (None, first))
        if words == asked and sample.has_look_of(first):
            state = copied(first, self._spare_tick())
            ticks.append(state.tick)
            self._states.append(state)
            return
        make = axis.get_major_ticks if self._is_major else axis.get_minor_ticks
        make(len(ticks) + 1)
        if ticks is not self._ticks():
            return
        state = TickState(ticks[-1])
        self._states.append(state)
        if is_plain(asked):
            self._samples[kind] = (dict(asked), state)

    def _ask_spines(self) -> None:
        """Asks the axes what a tick asks that is made: after `cla` a spine takes its place then.

        Whereupon it has the axis's ticks made anew; once will do for both spines.
        """
        axis = self._axis
        ask = axis.axes.get_yaxis_transform if self._along else axis.axes.get_xaxis_transform
        resets: list[bool] = []
        vars(axis)["reset_ticks"] = lambda: resets.append(True)
        try:
            for which in ("tick1", "tick2"):
                ask(which)
        finally:
            del vars(axis)["reset_ticks"]
        if resets:
            axis.reset_ticks()

    def _spare_tick(self) -> TickState | None:
        while self._spare:
            state = self._spare.pop()
            if is_nobodys(state):
                return state
        return None

    def show(self, ticks: set[int], renderer: FigureRenderer) -> None:
        """Take the ticks of these numbers for those that are drawn, and find their labels' places.

        Raises:
            NotUnderstoodError: a label is nowhere.
        """
        self._calls = None
        self._shown = [state for number, state in enumerate(self._states) if number in ticks]
        self._labels = []
        if not self._shown:
            return
        first = self._states[0].tick
        for label in (first.label1, first.label2):
            if label.get_visible():
                self._labels.append((label, self._lines(label, renderer)))

    def _lines(self, label: Any, renderer: FigureRenderer) -> list[Any]:
        points = np.empty((len(self._shown), 2))
        points[:] = label.get_unitless_position()
        points[:, self._along] = [state.location for state in self._shown]
        places = label.get_transform().transform(points)
        if not np.isfinite(places).all():
            raise NotUnderstoodError
        return [
            (x, y, layout_of(label, state.label or "", renderer) if state.label else None)
            for state, (x, y) in zip(self._shown, places.tolist(), strict=True)
        ]

    def boxes(self) -> tuple[list[Bbox], list[Bbox]]:
        """Around the first labels and around the second ones: one box instead of many."""
        first = self._states[0].tick if self._states else None
        of: dict[int, list[Bbox]] = {
            id(label): [_around(lines)] for label, lines in self._labels if label.get_in_layout()
        }
        if first is None:
            return [], []
        return of.get(id(first.label1), []), of.get(id(first.label2), [])

    def draw(self, renderer: FigureRenderer) -> None:
        """Draw them, one after the other, as each would draw itself."""
        if not self._shown:
            return
        first = self._states[0]
        if first.marks is None:
            first.marks = marks_of(first.tick, self._along, renderer)
            first.note()
            self._calls = None
        transforms = (
            *(mark.place_axes() for mark in first.marks),
            *(label.get_transform().get_matrix().tobytes() for label, _ in self._labels),
        )
        if self._calls is None or transforms != self._transforms:
            self._calls, self._transforms = self._record(first.marks, renderer), transforms
        for call, arguments in self._calls:
            call(*arguments)

    def _record(self, marks: list[Mark], renderer: Any) -> list[Call]:
        labels = [(label, lines, _context(label, renderer)) for label, lines in self._labels]
        height = renderer.height
        renderer.calls = calls = []
        try:
            for number, state in enumerate(self._shown):
                for mark in marks:
                    calls.append(mark.at(state.location or 0.0, renderer))
                for label, lines, context in labels:
                    x, y, layout = lines[number]
                    if layout is not None:
                        _record_text(label, layout[1], (x, height - y), context, renderer)
        finally:
            renderer.calls = None
        return calls

    def is_unchanged(self) -> bool:
        """Whether the axis has the ticks that were last put, as they were put."""
        states = self._states[: self._count]
        ticks = self._ticks() if states else []
        return len(ticks) >= len(states) and all(
            [
                state.tick is tick and state.is_unchanged()
                for state, tick in zip(states, ticks, strict=False)
            ]
        )


def _around(lines: list[Any]) -> Bbox:
    """A box around all lines, an empty one being a point."""
    x0, y0, x1, y1 = [], [], [], []
    for x, y, layout in lines:
        (left, low), (right, high) = ((0.0, 0.0),) * 2 if layout is None else layout[0].get_points()
        x0.append(left + x)
        y0.append(low + y)
        x1.append(right + x)
        y1.append(high + y)
    return Bbox.from_extents(min(x0), min(y0), max(x1), max(y1))


def _context(label: Any, renderer: Any) -> Any:
    """As `Text.draw` sets it."""
    gc = renderer.new_gc()
    gc.set_foreground(to_rgba(label.get_color()), isRGBA=True)
    gc.set_alpha(label.get_alpha())
    gc.set_antialiased(label.get_antialiased())
    gc.set_snap(label.get_snap())
    label._set_gc_clip(gc)
    return gc


def _record_text(
    label: Any, lines: list[Any], place: tuple[float, float], gc: Any, renderer: Any
) -> None:
    angle, font = label.get_rotation(), label.get_fontproperties()
    x, y = place
    for line, _, (dx, dy) in lines:
        string, is_math = label._preprocess_math(line)
        arguments = (gc, x + dx, y - dy, string, font, angle, is_math)
        if renderer.draws_from_cache(is_math):
            renderer.draw_text(*arguments)
        else:
            renderer.calls.append((renderer.draw_text, arguments))
