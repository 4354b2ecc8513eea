"""matplotlib's own look in every picture, on any machine, and in anybody's process.

Import this module before anything of matplotlib. In a process of our own (see `own_process`) a
user's `matplotlibrc`, MPLBACKEND, fonts or missing home folder then change neither a pixel nor
print a line, and matplotlib's defaults stay in force. In any other process matplotlib is imported
as the process itself would have; its defaults are `in_force` while something of ours is measured or
drawn, and all is as it was as soon as that is done.
"""

import contextlib
import functools
import importlib.util
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fitreel.model.errors import Unavailable
from fitreel.render.mpl.font_cache import own_cache
from fitreel.render.mpl.lean_import import undocumented
from fitreel.render.mpl.own_fonts import ROBOTO, roboto_files
from fitreel.render.mpl.own_process import is_own
from fitreel.render.mpl.private_names import OF_FONT_MANAGER, OF_SETTINGS


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


_BY_FOLDER = os.chdir in os.supports_fd
"""An open folder can be gone back to, also where its path can't be said."""


@contextlib.contextmanager
def _shielded_import() -> Iterator[None]:
    """Keeps the user's settings away from matplotlib while it is imported."""
    packaged = _packaged_settings()
    shielded = {"MPLBACKEND": "agg", "MATPLOTLIBRC": str(packaged / "matplotlibrc")}
    shielded["FREETYPE_PROPERTIES"] = ""  # read once, by the fonts' library: other hinting
    folder = own_cache()
    if folder is not None:
        shielded["MPLCONFIGDIR"] = str(folder)
    before = {name: os.environ.get(name) for name in shielded}
    logger = logging.getLogger("matplotlib")
    level = logger.level
    # A matplotlibrc in the current folder goes before MATPLOTLIBRC, so stand where the
    # packaged one lies. A current folder that can't be searched holds none to find.
    here: int | Path | None = None
    if Path("matplotlibrc").exists():
        here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY)) if _BY_FOLDER else Path.cwd()
    os.environ.update(shielded)
    logger.setLevel(logging.ERROR)  # "building the font cache; this may take a moment"
    try:
        if here is not None:
            os.chdir(packaged)
        yield
    finally:
        logger.setLevel(level)
        if here is not None:
            os.chdir(here)
            if isinstance(here, int):
                os.close(here)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_IMPORTED_HERE = is_own() and "matplotlib" not in sys.modules
if _IMPORTED_HERE:
    with _shielded_import(), silent_children():
        import matplotlib
        from matplotlib import colors, font_manager

        matplotlib.get_cachedir()  # decided now, and remembered
        with undocumented():
            import matplotlib.backends.backend_agg
            import matplotlib.figure
else:
    import matplotlib
    from matplotlib import colors, font_manager

BUNDLED_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""The folder of the fonts that matplotlib brings."""


def is_bundled(file: str | Path) -> bool:
    """Whether a font comes with matplotlib, or is one of ours: the same on every machine."""
    return Path(file).parent == BUNDLED_FONTS or Path(file) in roboto_files()


def text_families() -> tuple[str, ...]:
    """The families that pictures in a theme are set in; Roboto first, where it is installed."""
    return (ROBOTO, "DejaVu Sans") if roboto_files() else ("DejaVu Sans",)


Undo = Callable[[], object]
"""Puts back what was before."""


def _changed_lists(defaults: dict[str, Any]) -> dict[str, Any]:
    """Of the settings that are lists, those that aren't as matplotlib's own file has them.

    `rcParamsDefault` has the very lists of `rcParams`, so that they have changed in both where
    somebody has put a font into one of them.
    """
    parse: Any = matplotlib.RcParams
    lists = {}
    for line in (Path(matplotlib.get_data_path()) / "matplotlibrc").read_text("utf-8").splitlines():
        name, colon, value = line.lstrip("#").partition(":")
        if colon and isinstance(defaults.get(name), list):
            lists[name] = parse({name: value.partition("#")[0].strip()})[name]
    return {name: value for name, value in lists.items() if value != defaults[name]}


@functools.cache
def _default_settings() -> dict[str, Any]:
    """All of them but the backend, which no picture of ours depends on."""
    defaults: Any = matplotlib.rcParamsDefault
    with _way_in(defaults) as (get, _):
        values = {name: get(name) for name in defaults if not name.startswith("backend")}
    changed = {} if _IMPORTED_HERE else _changed_lists(values)
    return values | changed | _custom_mathematics()


def _custom_mathematics() -> dict[str, str]:
    """Which fonts mathematics has where a text asks for the "custom" ones; others are unchanged."""
    family = text_families()[0]
    return {
        "mathtext.rm": f"{family}:medium",
        "mathtext.it": f"{family}:italic:medium",
        "mathtext.bf": f"{family}:bold",
        "mathtext.bfit": f"{family}:italic:bold",
        "mathtext.fallback": "stixsans",
    }


@contextlib.contextmanager
def _way_in(params: Any) -> Iterator[tuple[Callable[[str], Any], Callable[[str, Any], None]]]:
    """To read and to write one of matplotlib's settings, past the checks and warnings of each.

    A matplotlib that hasn't these names any more is asked the slow way.
    """
    if all(hasattr(params, name) for name in OF_SETTINGS):
        yield params._get, params._set
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of each deprecated setting
        yield params.__getitem__, params.__setitem__


def _put_settings() -> Undo:
    def put_all(values: dict[str, Any]) -> dict[str, Any]:
        before = {}
        with _way_in(matplotlib.rcParams) as (get, put):
            for name, value in values.items():
                present = get(name)
                if present is not value:
                    before[name] = present
                    put(name, value)
        return before

    return functools.partial(put_all, put_all(_default_settings()))


class _FontList:
    """The fonts to draw with: matplotlib's own go before others of the same names."""

    def __init__(self) -> None:
        self._derived_from: list[Any] = []
        self._entries: list[Any] = []

    def put(self) -> Undo:
        manager = font_manager.fontManager
        theirs = manager.ttflist
        if theirs != self._derived_from:
            ids = {id(entry) for entry in self._derived_from}
            own = [entry for entry in self._entries if id(entry) not in ids]  # that a job gave
            self._derived_from = list(theirs)
            self._entries = _bundled_first(theirs, own)
        manager.ttflist = self._entries
        forget_fonts()

        def undo() -> None:
            self._entries = manager.ttflist
            manager.ttflist = theirs
            forget_fonts()

        return undo


def _bundled_first(entries: list[Any], own: list[Any]) -> list[Any]:
    bundled = [entry for entry in entries if is_bundled(entry.fname)]
    if not any(entry.name == "DejaVu Sans" for entry in bundled):  # a damaged font list
        bundled = [
            font_manager.ttfFontProperty(font_manager.get_font(path))
            for path in sorted(BUNDLED_FONTS.glob("*.ttf"))
        ]
    bundled = [entry for entry in bundled if entry.name != ROBOTO]
    bundled += [
        font_manager.ttfFontProperty(font_manager.get_font(path)) for path in roboto_files()
    ]
    bundled.sort(key=lambda entry: str(entry.fname))
    names = {entry.name for entry in bundled}
    return bundled + [entry for entry in [*entries, *own] if entry.name not in names]


@contextlib.contextmanager
def without_hinting() -> Iterator[None]:
    """A block in which letters have their own widths; Agg's default makes their spacing ragged."""
    with _way_in(matplotlib.rcParams) as (get, put):
        before = get("text.hinting")
        put("text.hinting", "none")
        try:
            yield
        finally:
            put("text.hinting", before)


def forget_fonts() -> None:
    """Have matplotlib look fonts up anew: it remembers what it found among others."""
    for name in OF_FONT_MANAGER:
        if hasattr(font_manager.fontManager, name):
            getattr(font_manager.fontManager, name).cache_clear()


def _put_colours() -> Undo:
    """What "r" and "grey" mean; a well-known library gives the short names its own colours."""
    names: Any = colors.get_named_colors_mapping()
    plain = colors.CSS4_COLORS | colors.TABLEAU_COLORS | colors.BASE_COLORS
    before = {name: names[name] for name, value in plain.items() if names.get(name) != value}

    def put(values: dict[str, Any]) -> None:
        for name, value in values.items():
            names[name] = value

    put({name: plain[name] for name in before})
    return functools.partial(put, before)


def _put_number_errors() -> Undo:
    return functools.partial(
        np.seterr, **np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    )


def _is_grave(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


def _put_silence() -> Undo:
    """Which font is drawn we check ourselves; what is said of weights that one lacks helps nobody.

    A filter, as setting a level goes through all loggers of the process.
    """
    logger = logging.getLogger("matplotlib.font_manager")
    logger.addFilter(_is_grave)
    return functools.partial(logger.removeFilter, _is_grave)


_ALL = (_put_settings, _FontList().put, _put_colours, _put_number_errors, _put_silence)
_lock = threading.RLock()
_is_in_force = False


@contextlib.contextmanager
def in_force() -> Iterator[None]:
    """A block, or as a decorator a function, in which matplotlib's own defaults are in force.

    Blocks may lie within each other. In another's process, other threads wait for its end before
    they draw something of ours; their own drawing would meet our settings, as with any of
    matplotlib's contexts. Don't decorate a generator: it would stay so while it is suspended.
    """
    global _is_in_force
    if is_own():
        _put_for_good()
        yield
        return
    with _lock:
        if _is_in_force:
            yield
            return
        _is_in_force = True
        try:
            with contextlib.ExitStack() as stack:
                for put in _ALL:
                    stack.callback(put())
                yield
        finally:
            _is_in_force = False


@functools.cache
def _put_for_good() -> None:
    for put in _ALL:
        put()


if is_own():
    _put_for_good()


def cache_folder() -> str | None:
    """Where matplotlib keeps its font list; None where it has no such folder."""
    return matplotlib.get_cachedir()
