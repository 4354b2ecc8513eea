"""Frames that are drawn by what changed, against full draws."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Iterable
from typing import Any

import numpy as np

from fitreel.render.mpl.setup import in_force
from fitreel.render.raster.frame_drawer import FrameDrawer


def assert_full_draws(scene: Any, states: Iterable[Any], every: int) -> None:
    """Show all states one after the other; every so many'th frame equals a full draw."""
    drawer = FrameDrawer(scene)
    assert not drawer.is_full
    compared = 0
    for number, state in enumerate(states):
        scene.show(state)
        frame = drawer.draw()
        if number % every == every - 1:
            kept = frame.copy()
            with in_force():
                scene.figure.canvas.draw()
            assert np.array_equal(kept, np.asarray(scene.figure.canvas.buffer_rgba())), number
            compared += 1
    assert compared, "no frame was compared"
