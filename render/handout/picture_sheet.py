"""A film of data that are no curve on one page: some of its snapshots, each with what it is of."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from matplotlib import rc_context

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import NO_CAPTION
from fitreel.render.frame import Frame
from fitreel.render.geometry import Box
from fitreel.render.handout.page import (
    DPI,
    MARGIN,
    Kind,
    check_grid,
    headed_page,
    page_content,
    page_size,
    page_style,
    theme_and_fonts,
)
from fitreel.render.handout.sheet_snapshots import full_grid, sheet_snapshots
from fitreel.render.handout.snapshot_captions import snapshot_captions
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.demo_scene import DemoScene
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.single.snapshot_frames import view_needs_weights
from fitreel.render.single.states.run_state import RunState
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.timeline import Timeline

CAPTION = 10.0
"""Font size in points, for three pictures in a row; more in a row have smaller ones."""
HEAD, APART = 0.26, 0.14
"""In inches: over a picture, for what it is of; and between two."""
HIGHEST = 1.1
"""Height by width of a picture's place, at most."""


@in_force()
def picture_sheet(
    run: Record, settings: PictureSettings, timeline: Timeline, across: int, down: int, kind: Kind
) -> bytes:
    """Draw `across` x `down` snapshots of `run`; which ones, as `contact_sheet` has it.

    Raises:
        BadInput: a grid, theme, title or caption that can't be drawn, or a damaged record.
        Unavailable: no font has the signs.
    """
    check_grid(across, down)
    across, down = full_grid(len(run), across, down)
    numbers = sheet_snapshots(run, timeline.axis, across * down)
    captions = snapshot_captions(run, settings, list(shown_snapshots(run, numbers)))
    theme, fonts = theme_and_fonts(settings, [text for pair in captions for text in pair])
    size = page_size(across, down)
    with rc_context(cast(Any, page_style(theme, fonts))):
        figure, (low, high) = headed_page(settings, theme, fonts, size)
        room = Box(MARGIN, low * size[1], size[0] - 2 * MARGIN, (high - low) * size[1])
        places = list(_places(room, across, down))
        pixels = round(places[0].width * DPI), round(places[0].height * DPI)
        cell = replace(
            settings, pixels=pixels, in_cell=True, panels=(), title=None, subtitle=None,
            caption=None, captions="none",
        )  # fmt: skip
        scale = min(1.0, places[0].width / 2.3)
        frames = _frames(run, cell, timeline.axis, numbers)
        for place, frame, texts in zip(places, frames, captions, strict=True):
            parts = place.left / size[0], place.bottom / size[1], place.width / size[0]
            axes = figure.add_axes((*parts, place.height / size[1]), frameon=False, xticks=[],
                                   yticks=[])  # fmt: skip
            axes.imshow(frame, aspect="auto", interpolation="antialiased")
            colours = theme.text, theme.prediction
            for text, colour, end in zip(texts, colours, ("left", "right"), strict=True):
                x = place.left if end == "left" else place.right
                figure.text(
                    x / size[0], (place.top + 0.3 * HEAD) / size[1], text, color=colour, ha=end,
                    fontsize=CAPTION * scale, fontfamily=list(fonts.families_of(text)),
                    va="baseline", parse_math=False,
                )  # fmt: skip
        return page_content(figure, kind, fonts)


def _places(room: Box, across: int, down: int) -> Iterator[Box]:
    """Places in rows from above, each with room for a caption over it; inches."""
    width = (room.width - (across - 1) * APART) / across
    height = min((room.height - (down - 1) * APART) / down - HEAD, HIGHEST * width)
    for row in range(down):
        top = room.top - row * (height + HEAD + APART) - HEAD
        for column in range(across):
            yield Box(room.left + column * (width + APART), top - height, width, height)


def _frames(
    run: Record, settings: PictureSettings, axis: EpochAxis, numbers: Sequence[int]
) -> Iterator[Frame]:
    scene = scene_of(run, settings, axis)
    assert not isinstance(scene, DemoScene)
    drawer = FrameDrawer(scene)
    for snapshot in shown_snapshots(run, numbers, weights=view_needs_weights(run, settings.view)):
        scene.show(RunState(snapshot, float(snapshot.epoch), NO_CAPTION))
        yield drawer.draw().copy()
