"""Imports matplotlib so that every picture has matplotlib's own look, on any machine.

Import this module before anything of matplotlib. A user's `matplotlibrc`, MPLBACKEND, fonts or
missing home folder then change neither a pixel nor print a line. The settings stay
matplotlib's defaults from here on; the environment is left as it was found.
"""

import contextlib
import functools
import importlib.util
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from fitreel.model.errors import Unavailable
from fitreel.render.font_cache import own_cache
from fitreel.render.lean_import import postponed, undocumented


def _packaged_settings() -> Path:
    """The `mpl-data` folder inside the installed matplotlib, found without importing it."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise Unavailable("matplotlib is not installed: pip install matplotlib")
    return Path(spec.origin).parent / "mpl-data"


@contextlib.contextmanager
def silent_children() -> Iterator[None]:
    """A block in which the programs that matplotlib asks say nothing on our stderr.

    fc-list, which lists the system's fonts, complains where its own cache can't be written.
    """
    check_output = subprocess.check_output
    silent = functools.partial(check_output, stderr=subprocess.DEVNULL)
    subprocess.check_output = silent  # type: ignore[assignment]
    try:
        yield
    finally:
        subprocess.check_output = check_output


@contextlib.contextmanager
def _shielded_import() -> Iterator[None]:
    """Keeps the user's settings away from matplotlib while it is imported."""
    packaged = _packaged_settings()
    shielded = {"MPLBACKEND": "agg", "MATPLOTLIBRC": str(packaged / "matplotlibrc")}
    folder = own_cache()
    if folder is not None:
        shielded["MPLCONFIGDIR"] = str(folder)
    before = {name: os.environ.get(name) for name in shielded}
    logger = logging.getLogger("matplotlib")
    level = logger.level
    # A matplotlibrc in the current folder goes before MATPLOTLIBRC, so stand where the
    # packaged one lies. A current folder that can't be searched holds none to find.
    here = None
    if Path("matplotlibrc").exists():
        here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    os.environ.update(shielded)
    logger.setLevel(logging.ERROR)  # "building the font cache; this may take a moment"
    try:
        if here is not None:
            os.chdir(packaged)
        yield
    finally:
        logger.setLevel(level)
        if here is not None:
            os.fchdir(here)
            os.close(here)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _set_defaults() -> None:
    """Puts matplotlib's own defaults in force, also where someone imported it before us."""
    for name in matplotlib.rcParamsDefault:
        # The plain setter would warn of each deprecated setting.
        matplotlib.rcParams._set(name, matplotlib.rcParamsDefault._get(name))
    matplotlib.rcParams["backend"] = "agg"


def _set_fonts() -> None:
    """Makes the fonts that matplotlib brings win over a user's fonts of the same names."""
    manager = font_manager.fontManager
    bundled = [font for font in manager.ttflist if Path(font.fname).parent == BUNDLED_FONTS]
    if not any(font.name == "DejaVu Sans" for font in bundled):  # a damaged font list
        known = len(manager.ttflist)
        for path in sorted(BUNDLED_FONTS.glob("*.ttf")):
            manager.addfont(path)
        bundled = manager.ttflist[known:]
    names = {font.name for font in bundled}
    bundled.sort(key=lambda font: font.fname)
    manager.ttflist[:] = bundled + [font for font in manager.ttflist if font.name not in names]


if "matplotlib" in sys.modules:
    import matplotlib
    from matplotlib import font_manager
else:
    with _shielded_import(), silent_children(), postponed():
        import matplotlib
        from matplotlib import font_manager

        matplotlib.get_cachedir()  # decided now, and remembered
        with undocumented():
            import matplotlib.backends.backend_agg
            import matplotlib.figure

BUNDLED_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""The folder of the fonts that matplotlib brings."""

_set_defaults()
_set_fonts()
