"""Themes: the colours, dashes and sizes of a film, each a small TOML file.

A theme of one's own says only what differs from its `base`:

    base = "dark"
    prediction = "#ffcc00"

Colours that could not be read or told apart are not refused in such a theme; `weak_contrasts`
names them.
"""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from matplotlib.colors import is_color_like, to_hex, to_rgb
from pydantic import AfterValidator, Field, ValidationError

from fitreel.model.errors import BadInput
from fitreel.model.settings import Settings
from fitreel.model.suggestions import nearest
from fitreel.model.system.toml import read_toml

THEMES = ("demo", "light", "dark", "chalkboard", "paper")
BUILT_IN = Path(__file__).parent / "themes"
LARGEST_FILE = 100_000
GONE = {
    "casing", "value", "accent", "points_edge", "band", "strong", "pale", "cursor", "empty",
    "failure", "loss_grid",
}  # fmt: skip
"""Keys of versions before, which change nothing any more; a theme's file may still have them."""
LONGEST_ANCESTRY = 8
TEXT_CONTRAST = 4.5
"""WCAG 2.1's ratio for text of any size, at level AA."""
MARK_CONTRAST = 3.0
"""WCAG 2.1's ratio for what must be seen to understand a picture."""


def _colour(value: str) -> str:
    """Any opaque colour that matplotlib knows, as #rrggbb."""
    if not is_color_like(value) or value.lower() == "none":
        raise ValueError(f"{value!r} is not a colour; write it as #rrggbb, or by a name as navy")
    return to_hex(value)


Colour = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_colour)]
Ratio = Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)]
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Dashes = Annotated[
    tuple[Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)], ...], Field(max_length=8)
]
"""Lengths on and off in line widths; none is a plain line."""


class Theme(Settings):
    """How a film looks. Lengths are relative to those of the built-in themes."""

    background: Colour
    """Of the whole frame."""
    axes: Colour
    """Inside the axes."""
    text: Colour
    """Title, epoch and loss."""
    muted: Colour
    """Subtitle, caption, and what else stands back."""
    ticks: Colour
    """Numbers at the axes."""
    spines: Colour
    """The frames of the axes."""
    grid: Colour
    """Lines across the axes."""
    points: Colour
    """The training points."""
    points_size: Ratio = 1.0
    points_filled: bool = True
    """Filled dots, or rings."""
    points_opacity: Part = 1.0
    data_text: Colour
    """What names the training points."""
    quiet_points: Colour
    """The training points of a comparison, at 70 %."""
    prediction: Colour
    """The network's curve."""
    prediction_width: Ratio = 1.0
    gap_opacity: Part = 0.34
    """Of the sticks between points and network, in the network's colour."""
    past_opacity: Part = 0.20
    """Of the path that a loss is still to take."""
    warning: Colour
    """A sentence that warns, and the mark where a curve left the picture."""
    truth: Colour
    """The noiseless function."""
    truth_dashes: Dashes = (2.6, 1.6)
    positive: Colour
    """Weights above zero; between the two they are drawn in `neutral`."""
    negative: Colour
    neutral: Colour
    heading: Colour
    """Headings and rule of the closing table."""
    lines: Annotated[tuple[Colour, ...], Field(min_length=1, max_length=32)]
    """Of several runs or hidden units, in this order."""
    classes: Annotated[tuple[Colour, ...], Field(min_length=2, max_length=32)]
    """Of classes, which no run wears: the first four far apart to all eyes."""
    beside_classes: Annotated[tuple[Colour, ...], Field(max_length=32)] = ()
    """Of runs from the second on, where classes have their colours; the first is `muted`."""
    dashes: Annotated[tuple[Dashes, ...], Field(min_length=1, max_length=8)] = (
        (),
        (3.2, 1.2),
        (1.0, 0.9),
    )
    """When the colours are used up, the next round of lines has the next dashes."""
    dashes_first: bool = False
    """Change the dashes from line to line, rather than the colour."""
    many: Annotated[tuple[Colour, ...], Field(max_length=32)] = ()
    """Colours from the first to the last of very many lines; none: matplotlib's viridis."""
    title_weight: str = Field(default="bold", pattern=r"^(normal|bold)$")
    spines_shown: Annotated[tuple[str, ...], Field(max_length=4)] = ("left", "bottom")
    """Sides of the axes that have a line: left, right, top, bottom."""
    spine_width: Ratio = 1.0
    tick_length: float = Field(default=0.0, ge=0, le=3, allow_inf_nan=False)
    """In font sizes of the numbers there."""
    grid_shown: bool = True

    def dashes_of(self, number: int) -> Dashes:
        """Of a line among several, counted from 0, in widths of it; empty: it has none."""
        turn = number if self.dashes_first else number // len(self.lines)
        return self.dashes[turn % len(self.dashes)]


@in_force()
def load_theme(theme: str, folder: Path | None = None) -> Theme:
    """A built-in theme by its name, or one from a file that ends in .toml.

    Args:
        theme: what the job says.
        folder: what a relative path is relative to; default: the current folder.

    Raises:
        BadInput: there is none of that name, or the file isn't there or isn't a theme.
    """
    return _built_in(theme) if theme in THEMES else _from_file(theme, folder)


def comparison_theme(theme: str) -> Theme:
    """The theme of a comparison; the demo's is the light one on the demo's white ground.

    Raises:
        BadInput: as `load_theme`.
    """
    if theme != "demo":
        return load_theme(theme)
    ground = load_theme("demo").background
    return load_theme("light").model_copy(update={"background": ground, "axes": ground})


@cache
def _built_in(name: str) -> Theme:
    return _checked(_merged(name, None, ()), f"theme {name}")


def _from_file(theme: str, folder: Path | None) -> Theme:
    if not theme.lower().endswith(".toml"):
        raise BadInput(
            f"film.theme: there is no theme {theme!r}{nearest(theme, THEMES)}; there are "
            f"{', '.join(THEMES)}, or give a file that ends in .toml"
        )
    return _checked(_merged(theme, folder, ()), theme)


def _merged(theme: str, folder: Path | None, ancestry: tuple[str, ...]) -> dict[str, Any]:
    """What a theme says, over what its bases say."""
    if theme in THEMES:
        text, where = (BUILT_IN / f"{theme}.toml").read_text("utf-8"), theme
    elif theme.lower().endswith(".toml"):
        path = Path(theme) if folder is None else folder / theme
        text, where, folder = _read(path), str(path), path.parent
    else:
        raise BadInput(
            f"{ancestry[-1]}: base: there is no theme {theme!r}{nearest(theme, THEMES)}; "
            f"there are {', '.join(THEMES)}"
        )
    if len(ancestry) >= LONGEST_ANCESTRY:
        raise BadInput(f"{ancestry[0]}: base: themes that lean on each other without end")
    try:
        content = read_toml(text)
    except (tomllib.TOMLDecodeError, BadInput) as error:
        raise BadInput(f"{where}: is not TOML: {error}") from None
    base = content.pop("base", None if theme in THEMES else "light")
    if base is None:
        return content
    if not isinstance(base, str):
        raise BadInput(f"{where}: base: should be the name of a theme, not {base!r}")
    return _merged(base, folder, (*ancestry, where)) | content


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # a pipe would wait for somebody to write into it
            raise BadInput(f"film.theme: {path}: is not a plain file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise BadInput(f"{path}: too large to be a theme")
        return content.decode()
    except FileNotFoundError:
        raise BadInput(
            f"film.theme: {path}: there is no such file; built in are {', '.join(THEMES)}"
        ) from None
    except OSError as error:
        raise BadInput(f"film.theme: {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not a text in UTF-8") from None


def _checked(content: dict[str, Any], where: str) -> Theme:
    """A theme of such content; TOML's lists are what a theme has as tuples."""
    tuples = {key: _as_tuples(value) for key, value in content.items() if key not in GONE}
    try:
        return Theme.model_validate(tuples)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            raise BadInput(
                f"{where}: there is no key {key!r}{nearest(key, ['base', *Theme.model_fields])}"
            ) from None
        reason = first["msg"].removeprefix("Value error, ")
        key = key + "".join(f"[{part}]" for part in first["loc"][1:] if isinstance(part, int))
        raise BadInput(f"{where}: {key}: {reason} (it is {first['input']!r})") from None


def _as_tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_as_tuples(each) for each in value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1, from 0 (black) to 1 (white)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Contrast ratio after WCAG 2.1, from 1 (none) to 21 (black on white)."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


TEXTS = ("text", "muted", "ticks", "heading", "data_text", "warning")
"""The names of all colours of text."""
MARKS = ("prediction", "points", "truth")
"""Of what must be seen to understand a picture."""


def weak_contrasts(theme: Theme) -> list[str]:
    """What in a theme is hard to read, a line each; nothing for the built-in ones."""
    weak = []
    pairs = [(name, "background", TEXT_CONTRAST) for name in TEXTS]
    pairs += [(name, "axes", MARK_CONTRAST) for name in MARKS]
    for name, ground, least in pairs:
        ratio = contrast(getattr(theme, name), getattr(theme, ground))
        if ratio < least:
            weak.append(f"{name} on {ground}: contrast {ratio:.1f} : 1, less than {least:g}")
    return weak
