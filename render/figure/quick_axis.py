"""An axis whose ticks are drawn all alike: what most of a full draw goes into."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import (
    AutoLocator,
    FuncFormatter,
    NullFormatter,
    NullLocator,
    ScalarFormatter,
)
from matplotlib.transforms import Bbox, IdentityTransform

from fitreel.render.figure.figure_renderer import FigureRenderer
from fitreel.render.figure.private_names import STOOD_IN
from fitreel.render.figure.tick_group import Samples, TickGroup
from fitreel.render.figure.tick_marks import NotUnderstoodError
from fitreel.render.figure.tick_templates import TickTemplates

_METHODS = {
    name for kind in (XAxis, YAxis) for each in kind.__mro__ for name, value in vars(each).items()
    if isinstance(value, FunctionType)
}  # fmt: skip

SETTLED = (AutoLocator, NullLocator, ScalarFormatter, NullFormatter)
"""Exact types, which give for the same limits and attributes the same ticks."""


class _Asked:
    """What an axis's ticks are asked to be."""

    def __init__(self, axis: Any) -> None:
        self.major = dict(axis._major_tick_kw)
        self.minor = dict(axis._minor_tick_kw)


class QuickAxis:
    """Stands in for some of an axis's methods while a frame is drawn.

    They leave the axis and its ticks as its own would. As soon as something isn't understood, its
    own do the rest of the frame.
    """

    def __init__(self, axis: Any, samples: Samples) -> None:
        self._axis = axis
        self._groups = [TickGroup(axis, is_major, samples) for is_major in (True, False)]
        self._templates = TickTemplates(axis)
        self._renderer: Any = None
        self._is_pure = False
        self._key: tuple[Any, ...] | None = None
        self._ticks: list[Any] = []
        self._settled: tuple[tuple[Any, ...], list[dict[str, Any]]] = ((), [])

    @contextlib.contextmanager
    def standing_in(self, renderer: FigureRenderer, *, is_pure: bool) -> Iterator[None]:
        """A block in which the axis draws itself by this.

        Args:
            renderer: that draws the frame.
            is_pure: whether nothing but matplotlib's own is drawn, which changes no axis meanwhile.
        """
        axis = self._axis
        if not can_be_quick(axis):
            yield
            return
        self._renderer, self._is_pure, self._key = renderer, is_pure, None
        methods = (self.update, self.boxes, self._templates.new_tick, self.draw)
        vars(axis).update(zip(STOOD_IN, methods, strict=True))
        try:
            yield
        finally:
            self._give_up()

    def _give_up(self) -> None:
        for name in STOOD_IN:
            vars(self._axis).pop(name, None)
        self._key = None

    def update(self) -> list[Any]:
        """See `Axis._update_ticks`."""
        axis = self._axis
        place = (axis.axes.viewLim.get_points().tobytes(), axis.axes.bbox.get_points().tobytes())
        parts = (axis.get_major_locator(), axis.get_major_formatter(),
                 axis.get_minor_locator(), axis.get_minor_formatter())  # fmt: skip
        key = (*place, *map(id, parts))
        if self._is_pure and (key == self._key or self._is_settled(key, parts)):
            self._key = key
            return self._ticks
        try:
            self._put()
        except NotUnderstoodError:
            self._give_up()
            return axis._update_ticks()  # type: ignore[no-any-return]
        self._key = key
        self._settled = (key, [dict(vars(each)) for each in self._decisive(parts)])
        return self._ticks

    def _decisive(self, parts: tuple[Any, ...]) -> list[Any]:
        """Whose attributes decide, besides place and limits, which ticks there are."""
        return [*parts, _Asked(self._axis)]

    def _is_settled(self, key: tuple[Any, ...], parts: tuple[Any, ...]) -> bool:
        """Whether working the ticks out again would give those of the frame before."""
        before, attributes = self._settled
        if key != before or any(type(part) not in SETTLED for part in parts):
            return False
        try:
            same = [vars(each) for each in self._decisive(parts)] == attributes
        except ValueError:  # an array, which doesn't say whether it equals another
            return False
        return same and all(group.is_unchanged() for group in self._groups)

    def _put(self) -> None:
        axis = self._axis
        self._ticks = shown = []  # lets go of the frame before's, which may be taken again
        self._settled = ((), [])
        for group, (words, locator, formatter, locations_of) in zip(
            self._groups,
            (
                (axis._major_tick_kw, axis.get_major_locator(), axis.get_major_formatter(),
                 axis.get_majorticklocs),
                (axis._minor_tick_kw, axis.get_minor_locator(), axis.get_minor_formatter(),
                 axis.get_minorticklocs),
            ), strict=True,
        ):  # fmt: skip
            numbers: set[int] = set()
            if axis._tick_group_visible(words) and not isinstance(locator, NullLocator):
                locations = locations_of()
                ticks = group.put(locations, formatter.format_ticks(locations))
                numbers = self._within_view(ticks)
                shown += [tick for number, tick in enumerate(ticks) if number in numbers]
            group.show(numbers, self._renderer)

    def _within_view(self, ticks: list[Any]) -> set[int]:
        """Which ticks stand in view, or as good as."""
        axis = self._axis
        transform = axis.get_transform()
        low, high = transform.transform(sorted(axis.get_view_interval()))
        if low > high:
            low, high = high, low
        slack = (high - low) * 1e-10
        numbers = set()
        for number, tick in enumerate(ticks):
            place = tick.get_loc()
            if not isinstance(transform, IdentityTransform):
                place = transform.transform(place)
            if low - slack <= place <= high + slack:
                numbers.add(number)
        return numbers

    def boxes(self, ticks: list[Any], renderer: Any) -> tuple[list[Bbox], list[Bbox]]:
        """See `Axis._get_ticklabel_bboxes`; only the union of each is asked for."""
        if ticks is not self._ticks or renderer is not self._renderer:
            axis = self._axis
            return type(axis)._get_ticklabel_bboxes(axis, ticks, renderer)  # type: ignore[no-any-return]
        (major_1, major_2), (minor_1, minor_2) = (group.boxes() for group in self._groups)
        return major_1 + minor_1, major_2 + minor_2

    def draw(self, renderer: Any) -> None:
        """See `Axis.draw`."""
        axis = self._axis
        if not axis.get_visible():
            return
        ticks = axis._update_ticks()
        if self._key is None or renderer is not self._renderer:
            type(axis).draw(axis, renderer)
            return
        boxes = axis._get_ticklabel_bboxes(ticks, renderer)
        for group in self._groups:
            group.draw(renderer)
        if axis.label.get_text():  # to find the place for nothing takes a tenth of a draw
            axis._update_label_position(renderer)
            axis.label.draw(renderer)
        axis._update_offset_text_position(*boxes)
        axis.offsetText.set_text(axis.get_major_formatter().get_offset())
        axis.offsetText.draw(renderer)
        axis.stale = False


def can_be_quick(axis: Any) -> bool:
    """Whether an axis is of the usual kind, with nothing of its own to be called."""
    held = vars(axis)
    return (
        type(axis) in (XAxis, YAxis)
        and axis.axes.name == "rectilinear"
        and not (held["_path_effects"] or held["_agg_filter"] or held["_rasterized"])
        and _METHODS.isdisjoint(held)
        and all(
            type(each).__module__.startswith("matplotlib.") and not isinstance(each, FuncFormatter)
            for each in (
                axis.get_major_locator(), axis.get_major_formatter(),
                axis.get_minor_locator(), axis.get_minor_formatter(),
            )
        )
    )  # fmt: skip
