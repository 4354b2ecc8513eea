"""Frames drawn the fast way against full matplotlib draws, byte for byte."""

import fitreel.render.mpl.setup  # isort: skip  (before matplotlib)

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray
from support.plain_frames import DEMO_TEXT, plain_demo_frame

from fitreel.render.mpl import cached_text_renderer as glyphs
from fitreel.render.mpl.figure import figure_of_size
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.demo.whole_film import whole_film
from fitreel.render.single.demo_scene import DemoScene, DemoText

LONG = pytest.mark.long
SIZES = [
    (640, 480), (854, 480), (1280, 720), (1920, 1080), (3840, 2160), (1080, 1920),
    (1080, 1080), (320, 240), (642, 480), (998, 562), (64, 48), (1366, 768),
]  # fmt: skip
QUICK_SIZES = [(854, 480), (3840, 2160), (1080, 1920), (998, 562), (64, 48)]
"""The ordinary, the largest, the narrowest, an odd one and the smallest."""


@dataclass(frozen=True)
class State:
    """A snapshot for tests."""

    epoch: int
    loss: float
    prediction: NDArray[np.float32]


def points(count: int = 100, seed: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    x = np.linspace(-1, 1, count) if count > 1 else np.array([0.5])
    return x, x**3 + 0.1 * np.random.default_rng(seed).standard_normal(count)


def full_draw(figure: Figure) -> NDArray[np.uint8]:
    canvas: Any = figure.canvas
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def training(x: NDArray[Any], count: int) -> list[State]:
    """Snapshots as a training leaves them: at first flat, in the end a cubic."""
    moments = []
    for step in range(count):
        done = 1 - np.exp(-step / 8)
        prediction = done * x**3 + 0.2 * (1 - done)
        moments.append(State(37 * step**2, 0.3 * (1 - done) + 0.0102, prediction.astype("f4")))
    return moments


@pytest.fixture(params=[True, False], ids=["cached text", "plain text"])
def cached_text(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_demo_frames_are_those_of_the_plain_calls(cached_text: bool) -> None:
    x, y = points()
    scene = DemoScene(x, y, x)
    drawer = FrameDrawer(scene, cached_text)
    assert not drawer.is_full
    for moment in training(x, 8):
        scene.show(moment)
        frame = drawer.draw()
        assert frame.shape == (480, 640, 4)
        assert np.array_equal(frame, plain_demo_frame(x, y, x, moment)), moment.epoch


def test_this_matplotlib_has_the_text_cache() -> None:
    if hasattr(FT2Font, "_render_glyph"):
        assert glyphs.cached_text_is_exact()


def test_missing_private_names_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*args: Any, **kwargs: Any) -> None:
        raise AttributeError("_render_glyph")

    monkeypatch.setattr(glyphs.GlyphCache, "stamps", missing)
    glyphs.cached_text_is_exact.cache_clear()
    try:
        assert not glyphs.cached_text_is_exact()
        renderer = glyphs.CachedTextRenderer(64, 48, 100)
        assert renderer.glyphs is None
    finally:
        glyphs.cached_text_is_exact.cache_clear()


@settings(deadline=None, max_examples=20)
@given(
    text=st.one_of(
        st.from_regex(r"[A-Za-z =\u2212-]{0,8}[0-9]{1,5}\.?[0-9]{0,5}[a-z ]{0,4}", fullmatch=True),
        st.text("fil0.1AVTo δ̂x−", min_size=1, max_size=12),
        st.sampled_from(["$y=x^3$", r"$\frac{1}{2}\sqrt{x}$ 3.5", "10\u207b\u2075"]),
    ),
    x=st.floats(-20, 220), y=st.floats(-20, 120),
    angle=st.sampled_from([0.0, 90.0, 33.3]),
    antialiased=st.booleans(),
)  # fmt: skip
def test_text_from_the_cache(
    text: str, x: float, y: float, angle: float, antialiased: bool
) -> None:
    from matplotlib import cbook
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    properties = FontProperties(size=20)
    is_math = cbook.is_math_text(text)
    pictures, sizes = [], []
    for renderer in (RendererAgg(200, 100, 112.5), glyphs.CachedTextRenderer(200, 100, 112.5)):
        agg: Any = renderer
        for shift in (0, 1):
            gc = agg.new_gc()
            gc.set_antialiased(antialiased)
            gc.set_alpha(0.7)
            agg.draw_text(gc, x + shift, y, text, properties, angle, ismath=is_math)
        pictures.append(bytes(agg.buffer_rgba()))
        sizes.append(agg.get_text_width_height_descent(text, properties, is_math))
    assert sizes[0] == sizes[1]
    assert pictures[0] == pictures[1]


hostile = st.one_of(
    st.floats(-2, 2, width=32),
    st.floats(width=32),
    st.sampled_from([np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, 0.0, 1e30, 1e9, 1e-9]),
)


@st.composite
def hostile_runs(draw: st.DrawFn) -> tuple[Any, Any, Any, list[State], tuple[int, int]]:
    count = draw(st.sampled_from([1, 2, 3, 20, 130, 300]))
    x, y = points(count, draw(st.integers(0, 3)))
    y = y * draw(st.sampled_from([1.0, 0.0, 1e-30, 1e6])) + draw(st.sampled_from([0.0, -0.7]))
    px = draw(st.sampled_from([x, np.linspace(-1.5, 1.5, 200), np.array([0.0]), x[::-1]]))
    moments = []
    for _ in range(draw(st.integers(2, 4))):
        kind = draw(st.sampled_from(["constant", "scaled", "broken", "noisy"]))
        value = np.float64(draw(hostile))
        with np.errstate(all="ignore"):
            if kind == "constant":
                prediction = np.full(len(px), value)
            elif kind == "scaled":
                prediction = px**3 * value
            else:
                prediction = px**3 + 0.0
                if kind == "noisy":
                    prediction += np.random.default_rng(5).standard_normal(len(px))
                prediction[:: draw(st.sampled_from([1, 2, 7, 50]))] = value
            as_recorded = prediction.astype(np.float32)
        epoch, loss = draw(st.integers(0, 10**7)), float(np.float32(draw(hostile)))
        moments.append(State(epoch, loss, as_recorded))
    return x, y, px, moments, draw(st.sampled_from([(640, 480), (320, 240), (422, 238)]))


any_hostile_run = given(
    run=hostile_runs(), order=st.randoms(use_true_random=False), cached=st.booleans()
)


def examples(count: int) -> settings:
    return settings(
        deadline=None,
        max_examples=count,
        phases=[Phase.explicit, Phase.generate],  # a smaller example isn't worth minutes
        suppress_health_check=[HealthCheck.too_slow],
    )


@examples(3)
@any_hostile_run
def test_hostile_runs(run: Any, order: Any, cached: bool) -> None:
    check_hostile(run, order, cached)


@LONG
@examples(50)
@any_hostile_run
def test_many_hostile_runs(run: Any, order: Any, cached: bool) -> None:
    check_hostile(run, order, cached)


def check_hostile(run: Any, order: Any, cached: bool) -> None:
    x, y, px, moments, size = run
    shown = [*moments, *order.sample(moments, len(moments))]
    film = whole_film((x, y), px, [moment.prediction for moment in moments])
    for scene in (
        DemoScene(x, y, px, size, text=DemoText(is_above=True)),
        DemoScene(x, y, px, size, film=film),
    ):
        check_frames(scene, shown, cached)
    left, right, low, high = *np.sort(x)[[0, -1]], y.min(), y.max()
    if left <= DEMO_TEXT[0] <= right and low <= -0.8 and DEMO_TEXT[1] <= high < 10:
        scene = DemoScene(x, y, px, size)
        plain = [plain_demo_frame(x, y, px, moment, size) for moment in shown]
        for frame, expected in zip(check_frames(scene, shown, cached), plain, strict=True):
            assert np.array_equal(frame, expected)


def check_frames(scene: DemoScene, shown: list[State], cached: bool) -> list[NDArray[np.uint8]]:
    """The frames, which are those of full draws."""
    drawer, frames = FrameDrawer(scene, cached), []
    for moment in shown:
        scene.show(moment)
        frames.append(drawer.draw().copy())
        assert np.array_equal(frames[-1], full_draw(scene.figure))
    return frames


@pytest.mark.parametrize(
    "size", [size if size in QUICK_SIZES else pytest.param(size, marks=LONG) for size in SIZES]
)
def test_sizes(size: tuple[int, int]) -> None:
    x, y = points()
    scene = DemoScene(x, y, x, size)
    scene.show(training(x, 9)[8])
    frame = FrameDrawer(scene).draw()
    assert frame.shape == (size[1], size[0], 4)
    if size[0] * size[1] <= 1920 * 1080:
        assert np.array_equal(frame, full_draw(scene.figure))


def test_every_even_size_is_met_to_the_pixel() -> None:
    for width in range(64, 2000, 6):
        for height in (48, 238, 480, 562, 1080, 2 * (width // 3)):
            if height < 48:
                continue
            canvas = figure_of_size((width, height)).canvas
            assert canvas.get_width_height() == (width, height)


def test_remark_is_a_title() -> None:
    x, y = points()
    scene = DemoScene(x, y, x)
    drawer = FrameDrawer(scene)
    moments = training(x, 4)
    for moment, remark in zip(moments, ["", "δ = 0.01 reached", "", "diverged"], strict=True):
        scene.show(moment, remark)
        expected = plain_demo_frame(x, y, x, moment, remark=remark)
        assert np.array_equal(drawer.draw(), expected), remark


def test_truth_lies_beneath_and_counts_for_the_limits() -> None:
    x, y = points()
    scene = DemoScene(x, y, x, truth=(x, 2 * x**3))
    drawer = FrameDrawer(scene)
    for moment in training(x, 3):
        scene.show(moment)
        assert np.array_equal(drawer.draw(), full_draw(scene.figure))
    assert scene.figure.axes[0].get_ylim()[1] > 2


class Panels:
    """Four panels, each of another kind, two texts of the figure's and an overlapping inset."""

    def __init__(self, twin: bool = False, aspect: bool = False) -> None:
        self.figure = figure_of_size((640, 480))
        self.axes = self.figure.subplots(2, 2)
        (a, b), (c, d) = self.axes
        x, y = points(30)
        a.scatter(x, y)
        a.set_title("tanh, lr = 0.01")
        (self.line,) = a.plot(x, y, "g--", lw=3, marker="o", zorder=1.2)
        a.legend(["points", "net"], loc="upper left")
        b.set_yscale("log")
        b.grid(True)
        b.set_ylabel("loss $10^x$")
        b.set_xlim(0, 50)
        b.set_ylim(1e-4, 10)
        (self.curve,) = b.plot([], [])
        c.imshow(np.outer(x, y), aspect="equal" if aspect else "auto", extent=(0, 1, 0, 1))
        self.cross = c.axvline(0.5, color="w")
        c.set_title("left", loc="left")
        d.fill_between(x, y - 0.1, y + 0.1, alpha=0.3)
        self.bars = d.bar([-0.5, 0.5], [0.1, 0.2], hatch="/")
        d.annotate("here", (0, 0), (0.5, 0.6), arrowprops={"arrowstyle": "->"})
        self.moving: list[Artist] = [self.line, self.curve, self.cross, *self.bars]
        if twin:
            other = d.twinx()
            (self.twin,) = other.plot(x, 5 * y, "k")
            self.moving.append(self.twin)
            d.set_title("two", loc="right")  # gives way to the twin's 1e6
        self.clock = self.figure.text(0.4, 0.5, "0", fontsize=16, alpha=0.5)
        self.figure.suptitle("all of them")
        self.moving.append(self.clock)
        self.x, self.y = x, y

    def show(self, step: int) -> None:
        (a, b), (_, d) = self.axes
        self.line.set_ydata(self.y * (1 + step % 5))
        if step % 3 == 0:
            a.set_ylim(-1 - step, 1e3**step if step < 8 else 2)
        self.curve.set_data(np.arange(step), 10.0 ** -np.arange(step) * 3)
        if step > 6:
            b.set_xlim(0, 60 * step)
        self.cross.set_xdata([step / 12] * 2)
        self.bars[0].set_height(0.1 * step)
        if step == 7:
            d.set_xlim(-2, 3)
        if hasattr(self, "twin"):
            self.twin.set_ydata(self.y * 10.0 ** (step % 4))
            self.twin.axes.set_ylim(-(10.0 ** (2 * step)), 10.0 ** (2 * step))
        self.clock.set_text(f"t = {step**4 / 7:.3f} s")
        self.clock.set_position((0.05 * step, 0.9 - 0.06 * step))


@pytest.mark.parametrize(
    ("options", "cached"),
    [
        pytest.param({}, False, marks=LONG),
        ({"twin": True}, True),
        ({"aspect": True}, True),
        pytest.param({}, True, marks=LONG),
        pytest.param({"twin": True}, False, marks=LONG),
        pytest.param({"aspect": True}, False, marks=LONG),
    ],
)
def test_many_axes(options: dict[str, bool], cached: bool) -> None:
    scene = Panels(**options)
    drawer = FrameDrawer(scene, cached)
    assert drawer.is_full == options.get("aspect", False)
    for step in [0, 9] if drawer.is_full else [0, 1, 9, 4, 7, 12]:
        scene.show(step)
        frame = drawer.draw().copy()
        assert np.array_equal(frame, full_draw(scene.figure)), step


def test_one_panels_limits_leave_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = figure_of_size((1920, 1080))
    panels = figure.subplots(4, 4, gridspec_kw={"wspace": 0.6, "hspace": 0.6}).ravel()
    x, y = points()
    lines = []
    for axes in panels:
        axes.scatter(x, y)
        lines += axes.plot(x, y, "r")

    class Grid:
        moving: Sequence[Artist] = lines

    grid: Any = Grid()
    grid.figure = figure
    drawer = FrameDrawer(grid)
    drawer.draw()
    painted = []
    plain = FrameDrawer._paint_background
    monkeypatch.setattr(
        FrameDrawer,
        "_paint_background",
        lambda self, region: painted.append(region) or plain(self, region),  # type: ignore[func-returns-value]
    )
    drawer.draw()
    assert not painted
    panels[5].set_ylim(-3, 3)
    frame = drawer.draw().copy()
    owners = {layer.axes for region in painted for layer in region.layers if layer.axes}
    assert owners == {panels[5]}
    assert np.array_equal(frame, full_draw(figure))


def test_a_failed_draw_spoils_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = points()
    scene = DemoScene(x, y, x)
    drawer = FrameDrawer(scene)
    moments = training(x, 3)
    scene.show(moments[0])
    drawer.draw()
    wide = State(1, 2.0, 9 * moments[1].prediction)
    scene.show(wide)

    def fail(renderer: Any) -> None:
        raise OverflowError("as Agg does on too much path")

    with monkeypatch.context() as patch:
        patch.setattr(scene.figure.axes[0].yaxis, "draw", fail)
        with pytest.raises(OverflowError):
            drawer.draw()
    assert np.array_equal(drawer.draw(), plain_demo_frame(x, y, x, wide))


def test_memory_does_not_grow() -> None:
    x, y = points(20)
    scene = DemoScene(x, y, x, (64, 48))
    drawer = FrameDrawer(scene)

    def run(first: int) -> None:
        for epoch in range(first, first + 400):
            wide = 5.0 if epoch % 50 == 0 else 0.5
            scene.show(State(epoch % 200, (epoch % 300) / 3e3, np.full(20, wide, np.float32)))
            drawer.draw()

    run(0)
    gc.collect()
    before = sys.getallocatedblocks()
    run(400)
    run(800)
    gc.collect()
    assert sys.getallocatedblocks() - before < 600


FRAME_HASH = """
from fitreel.render.mpl import own_process
own_process.declare_own()
import fitreel.render.mpl.setup
import hashlib, sys
from types import SimpleNamespace
import numpy as np
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.demo_scene import DemoScene
assert not {"torch", "matplotlib.pyplot"} & set(sys.modules)
x = np.linspace(-1, 1, 50)
scene = DemoScene(x, x**3, x)
scene.show(SimpleNamespace(epoch=5, loss=0.25, prediction=(3 * x).astype("f4")), "done")
print(hashlib.sha256(FrameDrawer(scene).draw()).hexdigest())
"""


def frame_hash(*prefix: str, **options: Any) -> str:
    done = subprocess.run(
        [*prefix, sys.executable, "-W", "error", "-c", FRAME_HASH],
        capture_output=True, text=True, timeout=60, **options,
    )  # fmt: skip
    assert done.stderr == "", done.stderr
    assert done.returncode == 0
    return str(done.stdout)


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}


@pytest.fixture(scope="module")
def ordinary_hash() -> str:
    return frame_hash()


@pytest.mark.parametrize("kind", ["styled", "broken", pytest.param("binary", marks=LONG)])
def test_a_matplotlibrc_in_the_current_folder_is_ignored(
    kind: str, tmp_path: Path, ordinary_hash: str
) -> None:
    content = {
        "styled": b"backend: TkAgg\nlines.linewidth: 9\nfont.family: serif\nfigure.facecolor: k\n",
        "broken": b"no colon\nbackend: junk\nlines.nonsense: 3\nfont.size: wide\n",
        "binary": bytes(range(128, 256)),
    }[kind]
    (tmp_path / "matplotlibrc").write_bytes(content)
    # A broken one is also named by the environment.
    named = {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc")} if kind == "broken" else {}
    assert frame_hash(cwd=tmp_path, env=environment(**named)) == ordinary_hash


def test_hostile_environment(tmp_path: Path, ordinary_hash: str) -> None:
    env = environment(
        MPLBACKEND="junk", DISPLAY=":77", LC_ALL="C", LANG="de_DE.UTF-8", MPLCONFIGDIR="/dev/null/x"
    )
    assert frame_hash(env=env) == ordinary_hash


@pytest.mark.parametrize("home", [None, pytest.param("/proc/nowhere", marks=LONG)])
def test_no_home(home: str | None, tmp_path: Path, ordinary_hash: str) -> None:
    env = {"TMPDIR": str(tmp_path)} | ({} if home is None else {"HOME": home})
    assert frame_hash(env=env) == ordinary_hash


def test_our_cache_is_private_kept_and_never_waits_for_a_dead_lock(
    tmp_path: Path, ordinary_hash: str
) -> None:
    env = {"TMPDIR": str(tmp_path), "HOME": "/dev/null"}
    assert frame_hash(env=env) == ordinary_hash
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    (fonts,) = folder.glob("fontlist*.json")
    made = fonts.stat().st_mtime_ns
    assert frame_hash(env=env) == ordinary_hash
    assert fonts.stat().st_mtime_ns == made
    fonts.unlink()
    lock = folder / (fonts.name + ".matplotlib-lock")
    lock.touch()
    os.utime(lock, (1, 1))
    assert frame_hash(env=env) == ordinary_hash
    assert fonts.exists() and not lock.exists()
    # Others could have put a font list there: it is left alone, and another folder made.
    fonts.write_text("junk")
    folder.chmod(0o777)
    assert frame_hash(env=env) == ordinary_hash
    assert fonts.read_text() == "junk"
    assert list(tmp_path.iterdir()) == [folder]


@LONG
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_user_without_a_home(tmp_path: Path, ordinary_hash: str) -> None:
    # This Python may lie where only root can read: keep that one right.
    become = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"]
    become += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    if not shutil.which("setpriv") or subprocess.run([*become, "true"]).returncode:
        pytest.skip("setpriv can't do this here")
    tmp_path.chmod(0o1777)
    for home in ({}, {"HOME": "/root"}):
        assert frame_hash(*become, env={"TMPDIR": str(tmp_path), **home}) == ordinary_hash
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_uid == 65533


def test_the_fonts_are_those_that_matplotlib_brings() -> None:
    for name in ("DejaVu Sans", "DejaVu Sans Mono", "STIXGeneral"):
        assert Path(findfont(name)).parent == fitreel.render.mpl.setup.BUNDLED_FONTS
