"""What a job may say of its film: frozen, checked when made."""

import math
from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator, model_validator

from fitreel.model.settings import Settings
from fitreel.render.panel_kinds import PANEL_KINDS
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.timing.pace_settings import Pace, Pacing, check_pace
from fitreel.render.view import ViewName

NAMED_SIZES = {
    "480p": (854, 480),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "1440p": (2560, 1440),
    "4k": (3840, 2160),
    "square": (1080, 1080),
    "vertical": (1080, 1920),
}
SMALLEST_SIZE = (64, 48)
LARGEST_SIDE = 8192

FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")

_MOST_HELD = 0.4
"""The part of a film's duration for which it may stand still so that sentences can be read."""

Side = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=500)]
EpochCaption = tuple[
    Annotated[int, Field(ge=0, le=10**15)],
    Annotated[str, Field(max_length=500, pattern=r"^[^\n]*$")],
]
Label = Annotated[str, Field(max_length=100, pattern=r"^[^\n]*$")]


def _known_panel(name: str) -> str:
    if name not in PANEL_KINDS:
        *names, last = map(repr, PANEL_KINDS)
        raise ValueError(f"must be {', '.join(names)} or {last}")
    return name


PanelName = Annotated[
    str,
    AfterValidator(_known_panel),
    WithJsonSchema({"type": "string", "enum": list(PANEL_KINDS)}),
]


def is_font_file(font: str) -> bool:
    """Whether `font` is the path of a font, not a name."""
    path = Path(font)
    return path.suffix.lower() in FONT_ENDINGS or len(path.parts) > 1 or font.startswith("~")


class FilmSettings(Settings):
    """The film."""

    size: str | tuple[Side, Side] = (640, 480)
    """Width and height in pixels, or 480p, 720p, 1080p, 1440p, 4k, square, vertical."""
    fps: float = Field(default=20, ge=0.1, le=240)
    """Frame rate: frames a second."""
    outputs: tuple[Annotated[str, Field(min_length=1, max_length=4096)], ...] = Field(
        default=("{name}.mp4",), min_length=1
    )
    """Files to make; their endings pick the formats. {name} {seed} {date} {time} are filled in."""
    latest: str | None = Field(default=None, min_length=1, max_length=4096)
    """A link (or a copy, where there are no links) that always leads to the newest film."""
    keep: int | None = Field(default=None, ge=1, le=1_000_000)
    """How many films of outputs with {date} or {time} stay; older ones of this job are removed."""
    truth: bool = False
    """Draw the noiseless function as well."""
    theme: str = Field(default="demo", min_length=1, max_length=4096)
    """demo, light, dark, chalkboard, paper, or a theme file of your own that ends in .toml."""
    panels: tuple[PanelName, ...] = ()
    """Beside the fit: loss, metrics (further numbers that a Recorder was given), residuals, units
    (what each hidden unit adds), error (to the noiseless function), weights, gradients."""
    title: Words | None = None
    """Stands over the film; $…$ is mathematics, as "$y = x^3$"."""
    subtitle: Words | None = None
    """Stands under the title."""
    caption: Words | None = None
    """Stands at the foot in every frame."""
    captions: Literal["auto", "none"] | tuple[EpochCaption, ...] = "auto"
    """What stands at the foot without a `caption`: auto (sentences by what the numbers say; the
    demo's theme has none), none, or a list of [epoch, "text"], each from its epoch on."""
    x_label: Label | None = None
    """Under the axes; $…$ is mathematics. Default: the input's name in its file; "" for none. The
    demo's own look has labels only where they are set."""
    y_label: Label | None = None
    """Beside the axes. Default: the output's name in its file; "" for none."""
    language: str = Field(default="en", min_length=1, max_length=40)
    """Of the words in the film: en, zh, de, fr, es, ja, or another one with `words`."""
    words: dict[str, Words] = Field(default={})
    """Your own words in place of some, such as { epoch = "step" }."""
    font: str | None = Field(default=None, min_length=1, max_length=4096)
    """A font's name or file; default: matplotlib's own, and what the machine has for the rest."""
    pace: Pace | None = None
    """even, log (slow early, fast late), loss (equal change of loss per second), path (the marker
    moves evenly along the curve of the loss), or a list of [epoch, second] points. Default: path;
    even in the demo's own look, and by the clock of training."""
    duration: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] | None = None
    """The whole film in seconds, holds included; default: 9.5 seconds and the holds at the pace
    path, else one frame a snapshot."""
    hold_start: Seconds | None = None
    """Seconds that the first frame stands still; default: as long as its sentence takes to read at
    the pace path in a theme, else 0."""
    hold_end: Seconds | None = None
    """Seconds that the last frame stands still; default as for hold_start."""
    interpolate: bool | None = None
    """Draw frames between two snapshots where the film has more frames; they are marked. Default:
    true at the pace path, else false."""
    transparent: bool = False
    """No background, for slides: .webm and .png only."""

    page_snapshots: int | None = Field(default=None, ge=2, le=1_000_000)
    """So many snapshots at most in an .html page, evenly spaced on its axis; default: all."""
    view: ViewName | None = None
    """What is shown: fit (a curve), curves (several over one input), plane (two outputs as a curve
    in the plane), field (a colour for each number over two inputs), regions (the classes over two
    inputs), picture (three outputs as colours), scatter (predicted against true), confusion (which
    classes are taken for which), slices (along each input), numbers (panels alone). Default: what
    fits the data."""
    limits: Literal["film", "frame"] | None = None
    """Of the axes in theme demo: film, the same in all frames, or frame, as matplotlib would choose
    them for each. Default: frame for the demo's own job, else film, as in all other themes."""

    @field_validator("size")
    @classmethod
    def _known_size(cls, size: str | tuple[int, int]) -> str | tuple[int, int]:
        if isinstance(size, str) and size not in NAMED_SIZES:
            raise ValueError(f"give [width, height] or one of {', '.join(NAMED_SIZES)}")
        if isinstance(size, tuple) and (size[0] < SMALLEST_SIZE[0] or size[1] < SMALLEST_SIZE[1]):
            raise ValueError("the smallest is {} x {}".format(*SMALLEST_SIZE))
        return size

    @field_validator("pace")
    @classmethod
    def _known_pace(cls, pace: Pace | None) -> Pace | None:
        if pace is not None:
            check_pace(pace)
        return pace

    @field_validator("captions")
    @classmethod
    def _rising_captions(
        cls, captions: str | tuple[tuple[int, str], ...]
    ) -> str | tuple[tuple[int, str], ...]:
        if isinstance(captions, str):
            return captions
        for (before, _), (epoch, _) in pairwise(captions):
            if epoch <= before:
                raise ValueError(f"epoch {epoch} comes after epoch {before}; they must grow")
        return captions

    @field_validator("panels")
    @classmethod
    def _no_panel_twice(cls, panels: tuple[str, ...]) -> tuple[str, ...]:
        if twice := {panel for panel in panels if panels.count(panel) > 1}:
            raise ValueError(f"{sorted(twice)[0]} is there twice")
        return panels

    @model_validator(mode="after")
    def _limits_of_each_frame_only_in_the_demo(self) -> Self:
        if self.limits == "frame" and not self.picture.is_demo:
            raise ValueError(
                'limits = "frame": of theme demo, with nothing added; else they are the film\'s'
            )
        return self

    @property
    def theme_is_file(self) -> bool:
        """Whether the theme is a file of the user's own, not a built-in one."""
        return self.theme.lower().endswith(".toml")

    @property
    def font_is_file(self) -> bool:
        """Whether the font is given as a file, not by its name."""
        return self.font is not None and is_font_file(self.font)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in pixels; odd ones are rounded up, as H.264's yuv420p needs."""
        width, height = NAMED_SIZES[self.size] if isinstance(self.size, str) else self.size
        return width + width % 2, height + height % 2

    @property
    def picture(self) -> PictureSettings:
        """What decides the pictures."""
        names = {field.name for field in fields(PictureSettings)} - {"in_cell"}  # which no job says
        return PictureSettings(**{name: getattr(self, name) for name in names})

    def pacing(
        self,
        clock: Literal["epoch", "time"] = "epoch",
        sentences: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0),
    ) -> Pacing:
        """What decides which snapshot is on screen when, with what the job leaves open.

        Args:
            clock: what the runs of a comparison advance in.
            sentences: for how many seconds the first and the last frame are held, so that what
                stands under them can be read; called where the job leaves that open.
        """
        is_story = self.theme != "demo"
        pace: Pace = self.pace or ("path" if is_story and clock == "epoch" else "even")
        is_path = pace == "path"
        start, end = self.hold_start, self.hold_end
        if is_path and is_story and (start is None or end is None):
            needed = sentences()
            # A short film doesn't stand still for all of it.
            room = math.inf
            if self.duration is not None:
                room = _MOST_HELD * max(self.duration - (start or 0.0) - (end or 0.0), 0.0)
            open_ends = (needed[0] if start is None else 0.0) + (needed[1] if end is None else 0.0)
            part = min(1.0, room / open_ends) if open_ends else 1.0
            start = round(part * needed[0], 3) if start is None else start
            end = round(part * needed[1], 3) if end is None else end
        return Pacing(
            fps=self.fps,
            pace=pace,
            duration=self.duration,
            hold_start=start or 0.0,
            hold_end=end or 0.0,
            interpolate=is_path if self.interpolate is None else self.interpolate,
        )
