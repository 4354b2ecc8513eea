"""Ticks made as copies of another one, a tenth of what matplotlib takes to make one.

After `cla` an axis needs all its ticks anew. Those that it had are taken again, if nobody else
has one in hand.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import sys
import weakref
from typing import Any

from matplotlib.cbook import CallbackRegistry

from fitreel.render.figure.tick_state import PARTS, HeldState, TickState


def copied(state: TickState, spare: TickState | None) -> TickState:
    """Another tick that holds what one does; either may be changed without the other.

    It is made of `spare`, which is nobody's any more.
    """
    tick = object.__new__(type(state.tick)) if spare is None else spare.tick
    parts = {
        name: object.__new__(kind) if spare is None else vars(tick)[name]
        for name, kind in PARTS.items()
    }
    for artist, source in zip((tick, *parts.values()), state.artists, strict=True):
        _fill(artist, source)
    vars(tick).update(parts)
    return TickState(tick, state)


def _fill(artist: Any, source: HeldState) -> None:
    held = vars(artist)
    callbacks = held.get("_callbacks")
    held.clear()
    held.update(source.held)
    for name in source.lists:
        held[name] = list(held[name])
    if callbacks is None or callbacks.callbacks:
        callbacks = CallbackRegistry(signals=["pchanged"])
    held["_callbacks"] = callbacks
    if "_fontproperties" in held:
        font = held["_fontproperties"]
        held["_fontproperties"] = object.__new__(type(font))
        vars(held["_fontproperties"]).update(vars(font))
        held["_renderer"] = None
    elif "_xorig" in held:
        held["_invalidx"] = held["_invalidy"] = True


def is_nobodys(state: TickState) -> bool:
    """Whether nothing but this state has its tick, or a line or label of it, in hand."""
    state.release()
    held = vars(state.tick)
    return (
        _owners({"tick": state.tick}, "tick") == _ALONE + 1  # the state's
        and not weakref.getweakrefcount(state.tick)
        and all(
            _owners(held, name) == _ALONE and not weakref.getweakrefcount(held[name])
            for name in PARTS
        )
    )


def _owners(held: dict[str, Any], name: str) -> int:
    return sys.getrefcount(held[name])


_ALONE = _owners({"nobody's": object()}, "nobody's")
"""How many are counted, which differs between Pythons, where there is only the one."""
