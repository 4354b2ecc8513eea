"""What a tick holds: whether it is as it was, and whether another is drawn alike.

Nothing that decides how a tick looks is read by name: all that it holds is compared, and what
isn't understood is left to matplotlib.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from enum import Enum
from typing import Any

from matplotlib.axis import Tick, XTick, YTick
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.render.figure.private_names import EFFECTS, IN_TICKS, LINKS, RECOMPUTED
from fitreel.render.figure.tick_marks import Mark, NotUnderstoodError

PARTS = {
    "gridline": Line2D,
    "tick1line": Line2D,
    "tick2line": Line2D,
    "label1": Text,
    "label2": Text,
}
"""What a tick draws, in this order, and of which exact type."""


class HeldState:
    """What one artist of a tick holds, to tell whether it still does.

    `place` are the names of what says where it is and what is written there. A copy looks `like`
    what it is copied from.
    """

    def __init__(self, artist: Any, place: frozenset[str], like: "HeldState | None" = None) -> None:
        self.held: dict[str, Any] = vars(artist)
        font = self.held.get("_fontproperties")
        self._font: dict[str, Any] = {} if font is None else vars(font)
        self.look: dict[str, Any]
        """All that it holds of its own but its place."""
        self.lists: list[str]
        """Names of what may be changed where it is."""
        self.links: tuple[int, ...]
        """The axes, clips and transforms that it has in common with others."""
        self._before: dict[str, Any] = {}
        self._font_before: dict[str, Any] = {}
        if like is None:
            self.look = _look(self.held, place)
            self.lists = [name for name, value in self.held.items() if type(value) is list]
            self.links = tuple([id(self.held[name]) for name in LINKS])
            self.note()
        else:
            self.look, self.links, self.lists = like.look, like.links, like.lists

    def note(self) -> None:
        """Take what it holds now for what it is to hold."""
        self._before = dict(self.held)
        self._font_before = dict(self._font)

    def release(self) -> None:
        """Forget what it was to hold."""
        self._before = {}

    def is_unchanged(self) -> bool:
        """Whether it holds what it held when that was noted."""
        held, before = self.held, self._before
        before["_stale"] = held["_stale"]  # which decides nothing
        try:
            return (
                held == before
                # Another transform may be equal today and not tomorrow.
                and held["_transform"] is before["_transform"]
                and self._font == self._font_before
            )
        except ValueError:  # an array, which doesn't say whether it equals another
            return False


def _look(held: dict[str, Any], place: frozenset[str]) -> dict[str, Any]:
    look = {}
    for name, value in held.items():
        if name in EFFECTS:
            if value:
                raise NotUnderstoodError
        elif name not in place and name not in LINKS:
            look[name] = _by_value(name, value)
    return look


def _by_value(name: str, value: Any) -> Any:
    """What is equal for two values of one name that are drawn alike."""
    if value is None or isinstance(value, (str, int, float, Enum)):
        return value
    if isinstance(value, tuple) or (isinstance(value, list) and name in IN_TICKS):
        return tuple(_by_value(name, each) for each in value)
    if name == "_fontproperties":
        return hash(value)
    if name == "_marker":
        return (value.get_marker(), value.get_fillstyle(), value.get_joinstyle(),
                value.get_capstyle(), value.get_transform().get_matrix().tobytes())  # fmt: skip
    raise NotUnderstoodError


def _places(tick: Tick) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What says where a tick's line and label are, and the tick itself."""
    along = "x" if isinstance(tick, XTick) else "y"
    return (
        frozenset((f"_{along}orig", *RECOMPUTED)),
        frozenset((f"_{along}", "_text", "_renderer", "_callbacks", "_stale")),
        frozenset(("_loc", "_callbacks", "_stale", *PARTS)),
    )


class TickState:
    """One tick as it was last seen, where it was, and what was written there.

    `like` is the state of the one that it is a copy of, if it is one.

    Raises:
        NotUnderstoodError: it has more to it than ticks have that matplotlib makes.
    """

    def __init__(self, tick: Any, like: "TickState | None" = None) -> None:
        self.tick = tick
        self.location: float | None = None
        self.label: str | None = None
        self.alike = like
        """One that is known to be drawn alike."""
        self.marks: list[Mark] | None = None
        """Of a first tick: how its lines are drawn, while that is known."""
        held = vars(tick)
        # The tick itself comes first.
        artists = [tick, *[held[name] for name in PARTS]]
        self.artists: list[HeldState]
        if like is not None:
            nowhere: frozenset[str] = frozenset()
            pairs = zip(artists, like.artists, strict=True)
            self.artists = [HeldState(each, nowhere, its) for each, its in pairs]
            return
        if type(tick) not in (XTick, YTick) or not tick.get_visible():
            raise NotUnderstoodError
        if any(type(held[name]) is not kind for name, kind in PARTS.items()):
            raise NotUnderstoodError
        line, text, own = _places(tick)
        places = (own, line, line, line, text, text)
        self.artists = [HeldState(*each) for each in zip(artists, places, strict=True)]

    def put(self, location: Any, label: str) -> None:
        """Put the tick to a place, as `Axis` does before it draws it."""
        self.tick.update_position(location)
        self.tick.label1.set_text(label)
        self.tick.label2.set_text(label)
        self.location, self.label = location, label
        self.note()

    def note(self) -> None:
        """Take what it holds now for what it is to hold."""
        for artist in self.artists:
            artist.note()

    def release(self) -> None:
        """Let go of the lines and labels, which the tick alone has in hand then."""
        self.marks = None
        for artist in self.artists:
            artist.release()

    def is_unchanged(self) -> bool:
        """Whether all of it holds what it held when that was noted."""
        return all([artist.is_unchanged() for artist in self.artists])

    def is_alike(self, other: "TickState") -> bool:
        """Whether the other one's lines and labels are drawn alike, but for their place."""
        return all(
            mine.look == theirs.look and mine.links == theirs.links
            for mine, theirs in zip(self.artists[1:], other.artists[1:], strict=True)
        )

    def has_look_of(self, other: "TickState") -> bool:
        """Whether the other one holds the same but its axes, clips and transforms."""
        return all(
            mine.look == theirs.look
            for mine, theirs in zip(self.artists, other.artists, strict=True)
        )
