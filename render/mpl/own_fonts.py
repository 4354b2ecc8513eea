"""The files of Roboto, which pictures in a theme are set in, where its package is installed.

Imports nothing of matplotlib, and nothing of the package: its files are found where it lies.
"""

import importlib.util
from functools import cache
from pathlib import Path

ROBOTO = "Roboto"
FACES = ("Regular", "Medium", "MediumItalic", "Bold", "BoldItalic")
"""What is drawn of the family; thinner ones can't be read from the back row."""


@cache
def roboto_files() -> tuple[Path, ...]:
    """The fonts' files; none where the package isn't installed, or not whole."""
    spec = importlib.util.find_spec("font_roboto")
    if spec is None or spec.origin is None:
        return ()
    folder = Path(spec.origin).parent / "files"
    files = tuple(folder / f"{ROBOTO}-{face}.ttf" for face in FACES)
    return files if all(file.is_file() for file in files) else ()
