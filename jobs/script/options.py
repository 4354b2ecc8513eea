"""What is asked of the films of a script; it goes to the script's process as JSON."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

OUT_VARIABLE = "FITREEL_OUT"
"""Where the film goes when the backend is chosen without the command."""


class Moments(StrEnum):
    """What a script does when it shows a picture."""

    SHOW = "show"
    SAVE = "save"
    DRAW = "draw"


@dataclass(frozen=True)
class ScriptOptions:
    """Of one script."""

    script: str
    """A file, or with `is_module` a module's name."""
    is_module: bool = False
    outputs: tuple[str, ...] = ()
    """Absolute."""
    fps: float | None = None
    """None: as the script's own pauses have it."""
    every: int = 1
    """Keep every so many-th picture."""
    limit: float | None = None
    """Seconds of the film after which the script is ended."""
    moments: Moments = Moments.SHOW
    force: bool = False
    quiet: bool = False
    log: str | None = None
    log_format: str = "text"

    @property
    def name(self) -> str:
        """What people call it."""
        return self.script if self.is_module else Path(self.script).name

    def encode(self) -> str:
        """As text; see `decode`."""
        return json.dumps(asdict(self))


def decode(text: str) -> ScriptOptions:
    """The options that `encode` wrote."""
    values = json.loads(text)
    outputs, moments = tuple(values.pop("outputs")), Moments(values.pop("moments"))
    return ScriptOptions(**values, outputs=outputs, moments=moments)


def default_output(script: str, *, is_module: bool) -> str:
    """The film's name where none is given: the script's own, in the current folder."""
    if is_module:
        parts = script.split(".")
        stem = parts[-2] if parts[-1] == "__main__" and len(parts) > 1 else parts[-1]
    else:
        stem = Path(script).resolve().stem
    return str(Path.cwd() / f"{stem or 'film'}.mp4")


def options_of_environment() -> ScriptOptions:
    """Where `MPLBACKEND` chose the backend: $FITREEL_OUT, else the script's name."""
    script = sys.argv[0] if sys.argv and sys.argv[0] not in ("", "-", "-c") else "film"
    out = os.environ.get(OUT_VARIABLE) or default_output(script, is_module=False)
    # A slash at its end means a folder of frames.
    folder = "/" if out.endswith("/") else ""
    return ScriptOptions(script, outputs=(f"{Path.cwd() / out}{folder}",))
