"""What the middle of a picture is asked for, whatever it shows."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from matplotlib.artist import Artist

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.page.readouts import Readout
from fitreel.render.page.type_sizes import TypeSizes
from fitreel.render.single.states.run_state import RunState


@dataclass(frozen=True)
class Needs:
    """What decides where things stand, before anything is drawn; lengths in pixels at 720."""

    narrowest: float = 1.0
    widest: float = 1.0
    """Width by height of the main part."""
    numbers: Sequence[str] = ()
    """What stands left of it."""
    has_ticks: bool = True
    """Whether numbers stand under it."""
    beside: str = ""
    """A name that stands right of it."""
    pixels: tuple[int, int] | None = None
    """Rows and columns of a picture, which is enlarged by a whole number."""
    aside: float = 0.0
    """The height of what stands between readouts and loss, in parts of the column's width; 0 for
    nothing."""
    rows: float = 0.0
    """The same in font sizes of names, which are added."""
    readouts: Sequence[Readout] = field(default=())
    """Beside the epoch."""
    under: str = ""
    """The widest line under the last readout."""
    names: Sequence[str] = ()
    """What is written in signs of whatever kind."""
    loss_in_readouts: bool = False
    """Whether the loss is one of these; else its number stands over its plot."""
    along: str = ""
    """What the one input is called under panels over it."""
    in_plane: bool = False
    """Whether the outputs are places of one curve."""
    panels: tuple[str, ...] = ()
    """Those that it shows itself, beside its middle."""


@dataclass(frozen=True)
class Places:
    """Where the middle stands; pixels from the lower left corner."""

    types: TypeSizes
    main: Box
    aside: Box | None
    is_bare: bool
    """Whether nothing has a name or a number, as the frame is too small."""


class ShapePicture(Protocol):
    """The middle of a picture, and what stands beside it."""

    needs: Needs
    loss_colour: str
    moving: Sequence[Artist]

    def draw(self, page: Page, places: Places) -> None:
        """Draw it, at no snapshot yet."""

    def show(self, state: RunState) -> None:
        """Move everything to a frame."""

    def numbers(self, state: RunState) -> list[str]:
        """What the readouts say, but for the epoch."""

    def line_under(self, state: RunState) -> str:
        """What stands under the last readout."""
