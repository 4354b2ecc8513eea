"""Imports matplotlib so that every picture has matplotlib's own look, on any machine.

Import this module before anything of matplotlib. A user's `matplotlibrc`, MPLBACKEND, fonts or
missing home folder then change neither a pixel nor print a line. The settings stay
matplotlib's defaults from here on; the environment is left as it was found.
"""

import atexit
import contextlib
import importlib.util
import logging
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fitreel.model.errors import CannotWrite, Unavailable
from fitreel.render.lean_import import undocumented

STALE_LOCK_SECONDS = 10.0
"""matplotlib holds its font-cache lock for milliseconds; an older one is a dead process's."""


def _packaged_settings() -> Path:
    """The `mpl-data` folder inside the installed matplotlib, found without importing it."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise Unavailable("matplotlib is not installed: pip install matplotlib")
    return Path(spec.origin).parent / "mpl-data"


def _users_cache() -> Path | None:
    """The cache folder that matplotlib would choose, or None where it would complain."""
    chosen = os.environ.get("MPLCONFIGDIR")
    try:
        if chosen:
            folder = Path(chosen)
        else:
            base = os.environ.get("XDG_CACHE_HOME")
            folder = (Path(base) if base else Path.home() / ".cache") / "matplotlib"
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK) or list(folder.glob("*.matplotlib-lock")):
            return None  # waiting for a lock that a killed process left costs five seconds
    except (OSError, RuntimeError):  # no such home, not writable, a loop of links
        return None
    return folder


def _own_cache() -> Path:
    """A private folder under the temporary one, the same from run to run.

    A folder of that name that others can write to, or own, is not used: its font list could
    name any file.
    """
    try:
        temporary = Path(tempfile.gettempdir()).resolve()
        folder = temporary / f"fitreel-matplotlib-{os.geteuid()}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
            folder = Path(tempfile.mkdtemp(prefix="fitreel-matplotlib-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for lock in folder.glob("*.matplotlib-lock"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > STALE_LOCK_SECONDS:
                    lock.unlink()
    except OSError as error:
        raise CannotWrite(
            f"matplotlib needs a folder for its font list: {error}\n"
            "Set TMPDIR or MPLCONFIGDIR to a folder that can be written to."
        ) from error
    return folder


@contextlib.contextmanager
def _shielded_import() -> Iterator[None]:
    """Keeps the user's settings away from matplotlib while it is imported."""
    packaged = _packaged_settings()
    shielded = {"MPLBACKEND": "agg", "MATPLOTLIBRC": str(packaged / "matplotlibrc")}
    if _users_cache() is None:
        shielded["MPLCONFIGDIR"] = str(_own_cache())
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
    with _shielded_import():
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
