"""What a job may say of its film: frozen, checked when made."""

from typing import Annotated

from pydantic import Field, field_validator

from fitreel.model.settings import Settings

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

Side = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]


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

    @field_validator("size")
    @classmethod
    def _known_size(cls, size: str | tuple[int, int]) -> str | tuple[int, int]:
        if isinstance(size, str) and size not in NAMED_SIZES:
            raise ValueError(f"give [width, height] or one of {', '.join(NAMED_SIZES)}")
        if isinstance(size, tuple) and (size[0] < SMALLEST_SIZE[0] or size[1] < SMALLEST_SIZE[1]):
            raise ValueError("the smallest is {} x {}".format(*SMALLEST_SIZE))
        return size

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in pixels; odd ones are rounded up, as H.264's yuv420p needs."""
        width, height = NAMED_SIZES[self.size] if isinstance(self.size, str) else self.size
        return width + width % 2, height + height % 2
