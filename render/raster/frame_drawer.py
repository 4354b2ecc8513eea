"""From a scene to frames: byte for byte a full matplotlib draw, at a fraction of its time.

A full draw is a row of artists, each painting over those before it. Of these, few change
between two frames. `FrameDrawer` records once what each of the others paints, and works out
which of them lie wholly under the changing ones, or clear of them: these become a background.
A frame is that background, the changing artists, and on top of it what lies over these. Nothing
is known about the figure but what touches which pixels, so any number of axes may lie anywhere.
"""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.spines import Spine

from fitreel.render.frame import Frame as Frame
from fitreel.render.geometry import NOTHING, Rectangle, outermost, overlap, union
from fitreel.render.mpl.figure import is_hinted
from fitreel.render.mpl.private_names import OF_AXES, OF_FIGURE
from fitreel.render.raster.axes_view import View
from fitreel.render.raster.layers import Layer, Region
from fitreel.render.raster.recording_renderer import RecordingRenderer
from fitreel.render.raster.scene import Scene


class FrameDrawer:
    """Draws a scene's frames.

    `draw` returns what `scene.figure.canvas.draw()` would leave in its buffer, for anything
    that a scene may do (see `Scene`). A figure with what can't be known artist by artist is drawn
    in full each time: a layout engine, a fixed aspect, aligned labels, image filters.
    """

    @in_force()
    def __init__(self, scene: Scene, cached_text: bool = True) -> None:
        self._scene = scene
        figure = scene.figure
        canvas: Any = figure.canvas
        width, height = canvas.get_width_height(physical=True)
        self._renderer = RecordingRenderer(
            width, height, figure.dpi, cached_text, is_hinted(figure)
        )
        buffer: Any = self._renderer
        self._pixels: Frame = np.asarray(buffer.buffer_rgba())
        self.is_full = _needs_full_draws(scene)
        """Whether every frame is a full draw by matplotlib."""
        self.changed: Rectangle = (0, 0, width, height)
        """All pixels in which the newest frame may differ from the one before it."""
        self._changed = NOTHING
        self._is_whole = False
        if self.is_full:
            return
        self._views = {axes: View(axes) for axes in figure.axes}
        # Twins share an edge, so what stands at it gives way to either's ticks.
        figure_axes: list[Any] = figure.axes
        self._twins: dict[Axes, list[Axes]] = {
            axes: [twin for twin in axes._twinned_axes.get_siblings(axes) if twin in self._views]
            for axes in figure_axes
        }
        moving = {part for artist in scene.moving for part in (artist, *artist.findobj())}
        self._layers = [
            Layer(position, artist, axes, any(part in moving for part in artist.findobj()))
            for position, (artist, axes) in enumerate(_in_order_of_painting(scene))
        ]
        self._layers_of: dict[Axes | None, list[Layer]] = {
            axes: [] for axes in (None, *figure.axes)
        }
        for layer in self._layers:
            self._layers_of[layer.axes].append(layer)
        figure.patch.draw(self._renderer)
        self._ground = self._pixels.copy()
        self._background = self._pixels.copy()
        """Beneath all that moves."""
        self._composed = self._pixels.copy()
        """The same, and over it what lies over that but stays."""
        self._regions: list[Region] = []
        for layer in self._layers:
            if layer.moves:
                layer.bounds = self._reach(layer)
            elif layer.axes is None:
                layer.record(self._renderer)
        self._refresh()
        for layer in self._layers:
            region = Region(layer)
            self._regions.append(region)
            self._join(region)

    @in_force()
    def draw(self) -> Frame:
        """The scene as it is now: a view that holds until the next draw.

        Whatever drawing raises leaves nothing usable; start with a new drawer then.
        """
        if self.is_full:
            canvas: Any = self._scene.figure.canvas
            canvas.draw()
            return np.asarray(canvas.buffer_rgba())
        self.changed = (0, 0, self._renderer.canvas[2], self._renderer.canvas[3])
        try:
            self._changed = NOTHING
            self._refresh()
            while strays := self._paint():
                for layer in strays:
                    layer.bounds = union(layer.bounds, union(layer.damage, self._reach(layer)))
                    self._grow(layer.region, layer.bounds)
        except BaseException:
            self._forget()
            raise
        if self._is_whole:
            self.changed = self._changed
        self._is_whole = True
        return self._pixels

    def _forget(self) -> None:
        """After a failed draw, nothing drawn before may be relied on."""
        for view in self._views.values():
            view.x = view.y = None
            view.titles = ()
        for region in self._regions:
            region.is_outdated = True
        self._is_whole = False

    def _refresh(self) -> None:
        """Records anew what other limits, or another title, changed."""
        first = not self._regions
        changes = {axes: view.changes() for axes, view in self._views.items()}
        self._limits_changed = any(any(each) for each in changes.values())
        for axes, view in self._views.items():
            x_changed = any(changes[twin][0] for twin in self._twins[axes])
            y_changed = any(changes[twin][1] for twin in self._twins[axes])
            view.place_titles(self._renderer, x_changed or y_changed)
            if not (x_changed or y_changed or first):
                continue
            for layer in self._layers_of[axes]:
                if not layer.moves and (first or view.repaints(layer.artist, x_changed, y_changed)):
                    layer.record(self._renderer)
                    if not first:
                        self._grow(layer.region, layer.bounds)

    def _reach(self, layer: Layer) -> Rectangle:
        """The pixels that a moving artist can't leave, so far as that is known."""
        box = layer.artist.get_clip_box()
        if box is None or not layer.artist.get_clip_on():
            return NOTHING
        return self._renderer.pixels_of(*box.extents)

    def _grow(self, region: Region, bounds: Rectangle) -> None:
        """Has a region painted afresh, extended by `bounds`."""
        region.is_outdated = True
        larger = union(region.rectangle, bounds)
        if larger != region.rectangle:
            region.rectangle = larger
            self._join(region)

    def _join(self, region: Region) -> None:
        """Makes all regions that share pixels with this one part of it."""
        while others := [
            other
            for other in self._regions
            if other is not region and overlap(other.rectangle, region.rectangle)
        ]:
            for other in others:
                region.absorb(other)
                self._regions.remove(other)

    def _paint(self) -> list[Layer]:
        """Brings all regions up to date; returns the moving layers that left their zones."""
        strays = []
        for region in self._regions:
            if region.is_outdated:
                self._paint_background(region)
                self._changed = union(self._changed, region.rectangle)
            elif not region.moving or not (self._limits_changed or region.is_stale):
                continue
            elif not region.is_crossed:
                self._restore(self._composed, region.moving)
            if region.is_crossed:
                self._restore(self._background, region.late)
            for layer in region.late if region.is_crossed else region.moving:
                self._repaint(layer)
            crossed_before, region.is_crossed = region.is_crossed, region.crosses()
            if region.is_crossed and not crossed_before:
                self._restore(self._background, region.late)
                for layer in region.late:
                    self._repaint(layer)
            strays += [
                layer
                for layer in region.moving
                if union(layer.bounds, layer.damage) != layer.bounds
            ]
        return strays

    def _restore(self, source: Frame, layers: list[Layer]) -> None:
        """Takes away what layers have painted."""
        for damage in outermost([layer.damage for layer in layers]):
            _copy(source, self._pixels, damage)
            self._changed = union(self._changed, damage)

    def _repaint(self, layer: Layer) -> None:
        layer.paint(self._renderer)
        self._changed = union(self._changed, layer.damage)

    def _paint_background(self, region: Region) -> None:
        """Paints a region's background afresh, and keeps as much as will be painted over."""
        region.sort()
        _copy(self._ground, self._pixels, region.rectangle)
        for layer in region.early:
            layer.paint(self._renderer)
        for layer in region.late:
            _copy(self._pixels, self._background, layer.bounds)
        for layer in region.late:
            if not layer.moves:
                layer.paint(self._renderer)
        for layer in region.late:
            _copy(self._pixels, self._composed, layer.bounds)
        region.is_outdated = False


def _copy(source: Frame, target: Frame, where: Rectangle) -> None:
    left, top, right, bottom = where
    target[top:bottom, left:right] = source[top:bottom, left:right]


def _in_order_of_painting(scene: Scene) -> Iterator[tuple[Artist, Axes | None]]:
    """The figure's artists, less its patch, in the order in which a full draw paints them."""
    figure = scene.figure
    children = [child for child in figure.get_children() if child is not figure.patch]
    for child in sorted(children, key=attrgetter("zorder")):
        if child.get_animated() or not child.get_visible():
            continue
        if not isinstance(child, Axes):
            yield child, None
            continue
        artists = child.get_children()
        artists.remove(child.patch)
        has_frame = child.axison and child.get_frame_on()
        if not has_frame:
            artists = [artist for artist in artists if not isinstance(artist, Spine)]
        if not child.axison:
            artists = [artist for artist in artists if artist not in (child.xaxis, child.yaxis)]
        if has_frame:
            yield child.patch, child
        for artist in sorted(artists, key=attrgetter("zorder")):
            if not artist.get_animated():
                yield artist, child


def _needs_full_draws(scene: Scene) -> bool:
    """Whether the figure has what `FrameDrawer` can't follow artist by artist."""
    figure: Any = scene.figure
    if not isinstance(figure.canvas, FigureCanvasAgg) or figure.get_layout_engine() is not None:
        return True
    if figure.subfigs or figure.patch in scene.moving:
        return True
    if not all(hasattr(figure, name) for name in OF_FIGURE):
        return True
    if any(len(list(group)) for group in figure._align_label_groups.values()):
        return True
    return any(_is_beyond(axes) for axes in figure.axes) or any(
        artist.get_agg_filter() is not None or artist.get_rasterized()
        for artist in figure.findobj()
    )


def _is_beyond(axes: Any) -> bool:
    """Whether an axes moves or draws by rules of its own."""
    return (
        type(axes).draw is not Axes.draw
        or axes.get_aspect() != "auto"
        or axes.get_axes_locator() is not None
        or axes.child_axes
        or axes.get_rasterization_zorder() is not None
        or not all(hasattr(axes, name) for name in OF_AXES)
    )
