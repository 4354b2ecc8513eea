"""What our modules do to a process that isn't our own: run by test_foreign.py.

All print JSON; where somebody has a style, fonts, a logger and much else set up, what has changed
of it is an error:

    python foreign.py first plain      what matplotlib's settings are where only it is imported
    python foreign.py first ours       the same where our modules are what imports it
    python foreign.py makes,films,imports,draws RUN OUT
                                       one after the other, in a process set up like that: has a
                                       film made in a thread, films a figure of its own, imports
                                       every module of ours, draws every kind of picture
    python foreign.py own RUN          draws the same as the program's own process does
    python foreign.py own RUN _get,_set   the same with a matplotlib that calls these otherwise
"""

import gc
import hashlib
import importlib
import importlib.abc
import io
import json
import logging
import os
import random
import re
import shutil
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from typing import Any

FONT = "DejaVuSerif.ttf"
OTHERS = ("imageio", "imageio_ffmpeg", "pydantic", "rich.progress", "safetensors.numpy", "torch")
"""Libraries that we import, and that somebody else has imported by then."""


def make_hostile() -> None:
    """Set up whatever decides what a picture looks like, or what a process does, otherwise."""
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib import colors, font_manager
    from matplotlib.patheffects import withStroke

    for name in OTHERS:
        importlib.import_module(name)
    plt.style.use("dark_background")
    settings: Any = plt.rcParams
    settings["font.sans-serif"].insert(0, "DejaVu Serif")  # which changes rcParamsDefault, too
    settings |= {
        "agg.path.chunksize": 100, "axes.autolimit_mode": "round_numbers", "axes.grid": True,
        "axes.formatter.limits": [-1, 1], "axes.prop_cycle": plt.cycler(color=["y", "m"]),
        "axes.unicode_minus": False, "axes.xmargin": 0, "backend": "TkAgg",
        "figure.autolayout": True, "figure.dpi": 60, "font.size": 17, "interactive": True,
        "lines.antialiased": False, "lines.scale_dashes": False, "mathtext.fontset": "cm",
        "path.effects": [withStroke(linewidth=4, foreground="w")], "path.simplify": False,
        "path.sketch": (1, 100, 2), "path.snap": False, "pdf.compression": 0,
        "savefig.bbox": "tight", "savefig.dpi": 33, "savefig.facecolor": "g",
        "svg.fonttype": "path", "text.antialiased": False, "text.hinting": "none",
        "text.kerning_factor": 6,
    }  # fmt: skip
    names: Any = colors.get_named_colors_mapping()
    names["r"] = names["red"] = names["grey"] = (0.1, 0.9, 0.3)  # as seaborn does
    manager: Any = font_manager.fontManager
    serif = next(entry for entry in manager.ttflist if Path(entry.fname).name == FONT)
    kind = type(serif)
    fields = {**vars(serif), "name": "DejaVu Sans"}
    fields = {name: fields[name] for name in kind.__dataclass_fields__ if name in fields}
    manager.ttflist = [kind(**fields), *reversed(manager.ttflist)]
    manager.addfont(serif.fname)  # has it forget what it has looked up
    np.seterr(all="raise")
    random.seed(5)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.CRITICAL)
    logging.getLogger("matplotlib").setLevel(logging.INFO)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: None)
    gc.set_threshold(900, 9, 9)
    os.environ["MPLBACKEND"] = "Qt5Agg"
    warnings.simplefilter("error")
    the_users_picture()  # and has pyplot, its caches and its windows' list in use


def the_users_picture() -> str:
    """Of a picture that somebody draws in the style that is set."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure = Figure()
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.plot([-1, 2, 3], [-4, 2, 9], "r-", label="$x^3$")
        axes.legend()
        axes.set_title("Loss −1")
        canvas.draw()
    return hashlib.sha256(canvas.buffer_rgba()).hexdigest()


def state() -> dict[str, Any]:
    """All that somebody may have set, as text."""
    import matplotlib
    import numpy as np
    import torch
    from matplotlib import colors, font_manager

    loggers = [
        logging.getLogger(),
        *map(logging.getLogger, sorted(logging.root.manager.loggerDict)),
    ]
    of_ours_or_matplotlib = ("root", "matplotlib", "fitreel", "PIL")
    return {
        "settings": {k: repr(v) for k, v in dict.items(matplotlib.rcParams)},  # type: ignore[arg-type]
        "defaults": {k: repr(v) for k, v in dict.items(matplotlib.rcParamsDefault)},  # type: ignore[arg-type]
        "fonts": [id(font_manager.fontManager.ttflist), repr(font_manager.fontManager.ttflist)],
        "font": str(font_manager.findfont("DejaVu Sans")),
        "colours": repr(sorted(colors.get_named_colors_mapping().items())),
        "backend": matplotlib.get_backend(auto_select=False),
        "environment": dict(os.environ),
        "signals": {int(n): repr(signal.getsignal(n)) for n in signal.valid_signals()},
        "mask": repr(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "collector": [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()],
        "warnings": repr(warnings.filters),
        "hooks": repr([sys.excepthook, sys.displayhook, sys.stdout, sys.stderr, sys.path]),
        "loggers": {
            each.name: repr(
                [each.level, each.disabled, each.propagate, each.filters, each.handlers]
            )
            for each in loggers
            if each.name.startswith(of_ours_or_matplotlib)
        },
        "folder": str(Path.cwd()),
        "umask": _umask(),
        "children": Path(f"/proc/self/task/{os.getpid()}/children").read_text(),
        "numbers": repr([np.geterr(), np.get_printoptions()]),
        "random": repr(random.getstate()),
        "torch": repr([torch.get_num_threads(), torch.get_default_dtype(), torch.get_rng_state()]),
        "threads": sorted(each.name for each in threading.enumerate()),
    }


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def check(before: dict[str, Any], when: str) -> None:
    """Refuse any difference but loggers that are new and at their defaults."""
    now = state()
    plain = repr([logging.NOTSET, False, True, [], []])
    fresh = now["loggers"].keys() - before["loggers"].keys()
    now["loggers"] = {
        name: of for name, of in now["loggers"].items() if name not in fresh or of != plain
    }
    for what, value in before.items():
        assert now[what] == value, f"{when} changed {what}: {value!r:.500} is {now[what]!r:.500}"


def modules() -> Iterator[str]:
    """Every module that lies in one of our folders, but those that import a framework."""
    for package in ("fitreel", "fitreel.model", "fitreel.render", "fitreel.jobs"):
        for folder in map(Path, importlib.import_module(package).__path__):
            for path in sorted(folder.rglob("*.py")):
                parts = path.relative_to(folder).with_suffix("").parts
                if parts[-1] not in ("__init__", "__main__") and parts[0] != "callbacks":
                    yield ".".join((package, *parts))


def kinds(run_path: str) -> Iterator[tuple[str, bytes]]:
    """A name and the bytes of every kind of picture, and of films frame by frame."""
    from fitreel.model.data.targets import TARGETS
    from fitreel.model.record.reader import Record
    from fitreel.render.comparison.frames import comparison_frames
    from fitreel.render.comparison.pacing import timetable_of
    from fitreel.render.comparison.ranking.duration import closing_frames
    from fitreel.render.comparison_picture import ComparisonPicture, Entry
    from fitreel.render.handout.contact_sheet import contact_sheet
    from fitreel.render.handout.target_sheet import sheet
    from fitreel.render.output.output import Output
    from fitreel.render.picture_settings import PictureSettings
    from fitreel.render.pipeline.film import selection_of, write_frames
    from fitreel.render.raster.frame_drawer import FrameDrawer
    from fitreel.render.single.demo_scene import DemoScene
    from fitreel.render.single.snapshot_frames import drawn_snapshots
    from fitreel.render.timing.pace_settings import Pacing
    from fitreel.render.timing.timeline import make_timeline

    run = Record(Path(run_path))
    title = r"Zürich, $\frac{x^3}{2}$ − 1"
    for name, settings in {
        "demo": PictureSettings(),
        "dashed": PictureSettings(truth=True, pixels=(320, 240)),
        "themed": PictureSettings(
            theme="dark", panels=("loss", "units"), title=title, pixels=(800, 450)
        ),
    }.items():
        line = make_timeline(run.epochs, run.losses, Pacing(20))
        for number, picture in enumerate(drawn_snapshots(run, settings, line, ())):
            if number % 6 == 0:
                yield f"{name} {number}", bytes(picture.frame)
    scene = DemoScene(run.x, run.y, run.prediction_x, (320, 240))
    drawer = FrameDrawer(scene)
    for number, remark in enumerate((r"$\frac{1}{2}$", "", r"$\sqrt{x^3}$", "plain")):
        scene.show(next(run.snapshots([number])), remark)
        yield f"remark {number}", bytes(drawer.draw())
    for kind in ("pdf", "svg"):
        yield kind, contact_sheet(run, settings, line, 1, 2, kind)  # type: ignore[arg-type]
    entries = [Entry("seed=0", run), Entry("seed=1", run), Entry("lr=1e-3", None, "diverged")]
    look = PictureSettings(pixels=(848, 478), theme="light")
    table, ranked = timetable_of(entries, "epoch"), closing_frames(20)
    for layout in ("grid", "overlay"):
        comparison = ComparisonPicture(entries, look, layout, "epoch", True, "a note")  # type: ignore[arg-type]
        stills = [Output(f"{layout}{at}.png", number=at) for at in (3, len(table))]
        frames = comparison_frames(comparison, table, ranked, selection_of(stills))
        write_frames(frames, stills, look.pixels, 20, lambda _: None, lambda: None)
        for still in stills:
            yield still.path, Path(still.path).read_bytes()
            Path(still.path).unlink()
    yield "sheet", sheet(TARGETS[:1]).tobytes()


class Renaming(importlib.abc.MetaPathFinder):
    """Imports matplotlib as if some of its names, in its Python files, were called otherwise."""

    def __init__(self, names: str) -> None:
        self._names = re.compile(rf"\b({names.replace(',', '|')})\b")

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        spec = PathFinder.find_spec(name, path, target)
        if not name.startswith(("matplotlib", "mpl_toolkits")) or spec is None:
            return None
        names = self._names

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> Any:
                source = self.get_data(self.path).decode()
                if not names.search(source):
                    return super().get_code(fullname)
                return compile(names.sub(r"\1_of_another_version", source), self.path, "exec")

        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


def imports() -> list[str]:
    """Import every module of ours, and give their names."""
    before, names = state(), list(modules())
    for number, name in enumerate(names):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:  # one of an extra that isn't installed
            assert error.name and not error.name.startswith("fitreel"), name
        if number % 20 == 0:  # a look takes as long as an import
            check(before, f"import {name}, or one of the twenty before it,")
    check(before, f"import {names[-1]}, or one of the twenty before it,")
    return names


def makes(run: str, out: str) -> str:
    """Have a film made in a thread, and give its path."""
    # As in a notebook, or where nobody looks: no file stands behind what is printed.
    streams, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), (io.StringIO(), io.StringIO())
    os.environ["FITREEL_RUNS"] = "/nowhere"
    import fitreel

    before = state()
    for name in fitreel.__all__:
        getattr(fitreel, name)
        check(before, f"fitreel.{name}")
    assert len(fitreel.Run(run).prediction)
    check(before, "Run")
    with ThreadPoolExecutor(1) as pool:
        path = pool.submit(fitreel.make_film, fitreel.Run(run), out).result()
    check(before, "make_film")
    assert not sys.stdout.getvalue()
    sys.stdout, sys.stderr = streams
    return str(path)


def records() -> None:
    """Record a loop, with whatever a loop may do wrong."""
    import torch

    import fitreel

    before = state()
    x = torch.linspace(-1, 1, 20, requires_grad=True)
    rec = fitreel.Recorder("recorded", x, x**3, every=2)
    check(before, "Recorder")
    for step in range(20):
        rec.log(step, (x**2).mean(), lambda at: at**2, lr=0.1)
        check(before, f"log({step})")
    assert rec.due(20) and not rec.due(21)
    rec.log(3, 1.0)  # its warning would be an error here
    assert rec.failed is not None
    rec.close()
    check(before, "close")
    with fitreel.Recorder("recorded", x, x**3, resume=True) as rec:
        rec.log()
    check(before, "with")
    shutil.rmtree("recorded")


def films() -> list[str]:
    """Film a figure of its user's by every door, and give digests of the frames that are wrong."""
    import numpy as np
    from matplotlib import rc_context
    from matplotlib.animation import FuncAnimation
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from PIL import Image

    import fitreel

    figure = Figure((3, 2), dpi=60, layout="none")
    canvas: Any = FigureCanvasSVG(figure)
    axes, expected = figure.subplots(), []

    def update(number: int) -> None:
        axes.cla()
        axes.plot([-1, 2, 3], [number, 2, 9], label=f"$x^{number}$")
        axes.legend()
        file = io.BytesIO()
        # Saved while the last is in force, it would get a layout, and each draw move it on.
        plain = {"savefig.bbox": None, "savefig.facecolor": "auto", "figure.autolayout": False}
        with rc_context(plain):
            figure.savefig(file, format="rgba", dpi=60)
        expected.append(file.getvalue())

    with np.errstate(all="ignore"):
        update(0)
        before = state()
        with fitreel.film("film/", figure) as film:
            for number in range(3):
                update(number)
                film.frame()
        check(before, "film")
        film = fitreel.film("a.mp4", figure)
        film.frame()
        film.close()
        check(before, "film without with")
        fitreel.animate(figure, update, 3, "animate/")
        check(before, "animate")
        animation = FuncAnimation(figure, update, 3, init_func=lambda: None)
        facecolor = figure.get_facecolor()
        writer = fitreel.Writer()
        animation.save("save/", writer=writer, dpi=60, savefig_kwargs={"facecolor": facecolor})
        check(before, "Writer")
    made = [
        np.asarray(Image.open(file)).tobytes()
        for folder in ("film", "animate", "save")
        for file in sorted(Path(folder).iterdir())
    ]
    for folder in ("film", "animate", "save"):
        shutil.rmtree(folder)
    Path("a.mp4").unlink()
    assert figure.canvas is canvas
    return [
        hashlib.sha256(one).hexdigest()
        for one, other in zip(made, expected[1:], strict=True)
        if one != other
    ]


def draws(run: str) -> dict[str, str]:
    """Draw every kind of picture, and give their digests."""
    before, result = state(), dict[str, str]()
    for name, content in kinds(run):
        check(before, name)
        result[name] = hashlib.sha256(content).hexdigest()
    return result


def in_somebody_elses(steps: list[str], run: str, out: str) -> dict[str, Any]:
    """What each of these steps gives, one after the other in a process that is set up."""
    make_hostile()
    calls: dict[str, Callable[[], Any]] = {
        **{"imports": imports, "films": films, "records": records},
        **{"makes": lambda: makes(run, out), "draws": lambda: draws(run)},
    }
    picture, result = the_users_picture(), {}
    for step in steps:
        result[step] = calls[step]()
        assert the_users_picture() == picture, step
    return result


def digests(run: str, names: str = "") -> dict[str, str]:
    """Of every kind of picture as the program draws it, with names of matplotlib's changed."""
    from fitreel.render.mpl import own_process

    own_process.declare_own()
    if names:
        sys.meta_path.insert(0, Renaming(names))
    return {name: hashlib.sha256(content).hexdigest() for name, content in kinds(run)}


def at_first(by: str) -> dict[str, str]:
    """matplotlib's settings and fonts, where its user or any module of ours imports it."""
    if by == "ours":
        for name in modules():
            importlib.import_module(name)
    import matplotlib
    from matplotlib import font_manager, pyplot

    settings = {name: repr(value) for name, value in matplotlib.rcParams.items()}
    fonts = repr(font_manager.fontManager.ttflist)
    return settings | {"backend": pyplot.get_backend(), "fonts": fonts}


def main(what: str, *arguments: str) -> None:
    """See the module."""
    result: Any
    if what == "own":
        result = digests(*arguments)
    elif what == "first":
        result = at_first(*arguments)
    else:
        result = in_somebody_elses(what.split(","), *arguments)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
