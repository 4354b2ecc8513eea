"""Frames of one run's picture, made without a film."""

from typing import Any

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import Caption
from fitreel.render.single.demo_scene import DemoScene
from fitreel.render.single.states.run_state import RunState


def state_of(snapshot: Snapshot, caption: str | Caption = "", **more: Any) -> RunState:
    """A snapshot as a frame of its own."""
    said = Caption(caption) if isinstance(caption, str) else caption
    return RunState(snapshot, float(snapshot.epoch), said, **more)


def show_in(scene: Any, snapshot: Snapshot, caption: str = "") -> None:
    """Have either scene show a snapshot; `caption` is what it says of it."""
    if isinstance(scene, DemoScene):
        scene.show(snapshot, caption)
    else:
        scene.show(state_of(snapshot, caption))
