"""A film's path that a notebook shows as the film."""

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    _SystemsPath = Path
else:
    _SystemsPath = type(Path())

LARGEST_SHOWN = 20 << 20
"""In bytes: a larger film would make the notebook slow, and is named only."""

_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".gif": "image/gif",
    ".png": "image/png",
    ".html": "text/html",
}


class FilmPath(_SystemsPath):
    """A path like any other; where a notebook shows its value, the film there is played."""

    def _repr_html_(self) -> str | None:
        """The film itself, for the page to play; None where there is none that a page can."""
        kind = _TYPES.get(self.suffix.lower())
        try:
            if kind is None or not self.is_file():
                return None
            name = escape(str(self))
            if self.stat().st_size > LARGEST_SHOWN:
                return f"<p>{name}: {self.stat().st_size / (1 << 20):.0f} MB, not shown here</p>"
            if kind == "text/html":
                from fitreel.notebook_page import framed

                return framed(self.read_bytes())
            source = f"data:{kind};base64,{base64.b64encode(self.read_bytes()).decode()}"
        except OSError:
            return None
        if kind.startswith("video"):
            return f'<video controls loop title="{name}" src="{source}"></video>'
        return f'<img title="{name}" alt="{name}" src="{source}">'
