"""What decides the pictures of a film. Imports nothing heavy: it is sent to the drawing process."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PictureSettings:
    """All that changes a pixel, and nothing else; `FilmSettings.picture` says it of a job.

    What is added here is compared by itself when it is asked whether a film is up to date, see
    `picture_version`.
    """

    pixels: tuple[int, int] = (640, 480)
    """Width and height, even."""
    truth: bool = False
    """Whether the noiseless function is drawn, too."""
    theme: str = "demo"
    """A built-in theme, or a file."""
    panels: tuple[str, ...] = ()
    """What stands beside the fit; see `panel_kinds`."""
    title: str | None = None
    """Over the film."""
    subtitle: str | None = None
    """Under the title."""
    caption: str | None = None
    """At the foot."""
    captions: str | tuple[tuple[int, str], ...] = "auto"
    """"auto": sentences by phase, in a theme; "none"; or texts, each from an epoch on."""
    x_label: str | None = None
    """Under the axes of the fit; None: what the input is called, in a theme."""
    y_label: str | None = None
    """Beside them; None: what the output is called, in a theme."""
    language: str = "en"
    """Of the words."""
    words: Mapping[str, str] = field(default_factory=dict)
    """In place of the language's own."""
    font: str | None = None
    """A name or a file."""
    transparent: bool = False
    """Whether there is no background."""
    view: str | None = None
    """What is shown; see `view`. None: what fits the data."""
    limits: str | None = None
    """Of the axes in the demo's look: "film" for all its frames, "frame" for each its own; None:
    each its own in the demo's own job, else the film's."""
    in_cell: bool = False
    """Whether it is one of many on a page, which has the headings and says what each is of."""

    @property
    def is_demo(self) -> bool:
        """Whether the picture is the demo's own, with nothing added."""
        texts = () if isinstance(self.captions, str) else self.captions
        added = (
            *self.panels, self.title, self.subtitle, self.caption, *texts, self.font, *self.words,
        )  # fmt: skip
        return (
            self.theme == "demo"
            and self.view in (None, "fit")
            and not any(added)
            and self.language == "en"
            and not self.transparent
        )
