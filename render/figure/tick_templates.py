"""New ticks of an axis, copied from one that matplotlib made: a tenth of what making one takes.

After `cla` a draw lets go of the first ticks, as spines take their places, and has others made.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

from fitreel.render.figure.tick_copies import copied
from fitreel.render.figure.tick_marks import NotUnderstoodError
from fitreel.render.figure.tick_state import TickState


class TickTemplates:
    """For the major and the minor ticks of `axis`, one of each that nobody else has in hand.

    They serve as long as matplotlib's settings stay as they are.
    """

    def __init__(self, axis: Any) -> None:
        self._axis = axis
        self._templates: dict[bool, tuple[dict[str, Any], TickState]] = {}

    def new_tick(self, major: bool) -> Any:
        """See `Axis._get_tick`."""
        axis = self._axis
        asked = axis._major_tick_kw if major else axis._minor_tick_kw
        words, template = self._templates.get(major, (None, None))
        if template is None or words != asked or not self._is_at_home(template.tick):
            tick = type(axis)._get_tick(axis, major)
            if not is_plain(asked):
                return tick
            try:
                template = TickState(tick)
            except NotUnderstoodError:
                return tick
            self._templates[major] = dict(asked), template
        return self._placed(copied(template, None).tick)

    def _is_at_home(self, tick: Any) -> bool:
        axes = self._axis.axes
        return tick.axes is axes and tick.get_figure(root=False) is axes.get_figure(root=False)

    def _placed(self, tick: Any) -> Any:
        """The tick where the axes would have it now, as its kind places itself."""
        axes = self._axis.axes
        place = getattr(axes, f"get_{self._axis.axis_name}axis_transform")
        for name, which in (("tick1line", "tick1"), ("tick2line", "tick2"), ("gridline", "grid")):
            vars(vars(tick)[name])["_transform"] = place(which)
        for name, place_of in (
            ("label1", tick._get_text1_transform), ("label2", tick._get_text2_transform),
        ):  # fmt: skip
            held = vars(vars(tick)[name])
            names = ("_transform", "_verticalalignment", "_horizontalalignment")
            held.update(zip(names, place_of(), strict=True))
        return tick


def is_plain(asked: dict[str, Any]) -> bool:
    """Whether what ticks are asked to be can be compared with what they are asked later."""
    return all(isinstance(value, (str, int, float)) for value in asked.values())
