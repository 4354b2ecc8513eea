"""Films of anybody's figure, from anybody's loop."""

import io
import json
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from PIL import Image
from support.frames import Frames, decoded
from support.program import Fitreel

import fitreel
from fitreel.film_path import LARGEST_SHOWN, FilmPath
from fitreel.model.errors import BadInput, CannotWrite, FitreelError
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.output.ffmpeg import ffmpeg_path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    plt.close("all")


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Fitreel:
    """The command line in this process."""
    call: Fitreel = request.getfixturevalue("fitreel")
    return call


def saved(figure: Figure, dpi: float | str = "figure", **options: Any) -> Frames:
    """What people have done until now: the picture as matplotlib saves it."""
    file = io.BytesIO()
    figure.savefig(file, format="rgba", dpi=dpi, **options)
    width, height = (
        int(inches * (figure.dpi if dpi == "figure" else float(dpi)) + 1e-8)
        for inches in figure.get_size_inches()
    )
    return np.frombuffer(file.getvalue(), np.uint8).reshape(height, width, 4)


def pictures(path: Path | str) -> list[Frames]:
    """Those in a folder of frames, as RGBA."""
    return [np.asarray(Image.open(file)) for file in sorted(Path(path).iterdir())]


def demo(count: int = 4) -> Iterator[Figure]:
    """The demo's calls of matplotlib, each time anew, in a small figure."""
    random = np.random.default_rng(0)
    x = np.linspace(-1, 1, 40)
    y = x**3 + 0.1 * random.standard_normal(40)
    figure = plt.figure(figsize=(2, 1.5))
    for number in range(count):
        plt.cla()
        plt.scatter(x, y)
        plt.plot(x, x * number / count, "r-", lw=5)
        plt.text(0.3, -0.6, f"epoch={number}", size=8, color="red")
        yield figure


def same(made: list[Frames], expected: list[Frames]) -> None:
    assert len(made) == len(expected)
    for one, other in zip(made, expected, strict=True):
        assert one.shape == other.shape and (one == other).all()


# A film of a figure


def test_frames_are_what_matplotlib_draws_under_the_users_settings() -> None:
    expected = []
    with plt.style.context(["dark_background", {"font.size": 7, "lines.linewidth": 3}]):
        with fitreel.film("frames/") as film:
            for figure in demo():
                film.frame()
                expected.append(saved(figure))
            animated = figure.gca().plot([-1, 1], [0, 0], animated=True)
            film.frame()
            expected.append(saved(figure))
            animated[0].remove()
        assert film.path == Path("frames/")
    same(pictures("frames"), expected)


def test_a_figure_that_is_given_and_the_current_one() -> None:
    one, other = Figure((1, 1)), plt.figure(figsize=(1, 1), facecolor="y")
    plt.figure(figsize=(1, 1))
    with fitreel.film("one/", one) as first, fitreel.film("current/") as second:
        for number in range(2):
            one.text(0.5, number / 2, "one")
            first.frame()
            second.frame()
            plt.figure(other)
        second.frame()
        plt.gcf().text(0.1, 0.1, "other")
        second.frame()
    same(pictures("one")[1:], [saved(one)])
    white, *yellow, last = pictures("current")
    assert (white == 255).all()
    assert all((each[..., 2] == 0).all() for each in yellow) and len(yellow) == 2
    same([last], [saved(other)])


def test_every_second_frame_the_end_held_and_chapters() -> None:
    with fitreel.film("a.mp4", fps=10, every=2, hold_end=0.5) as film:
        for number, _ in enumerate(demo(5)):
            if number == 3:
                film.chapter("phase two")
            film.frame()
        assert str(film).startswith("<film 'a.mp4': 3 frames, open")
    assert len(decoded(Path("a.mp4"))) == 3 + 5
    told = subprocess.run(
        [ffmpeg_path(), "-i", "a.mp4", "-f", "ffmetadata", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "title=phase two\n" in told


def test_without_with_it_is_closed_by_hand() -> None:
    film = fitreel.film(Path("a.gif"), fps=5)
    for _ in demo(2):
        film.frame()
    path = film.close()
    assert film.close() == path == Path("a.gif") and isinstance(path, Path)
    check_whole(path)
    with pytest.raises(ValueError, match="closed"):
        film.frame()


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("kind", [np.asarray, Image.fromarray, np.asfortranarray])
def test_pictures_of_ones_own(channels: int, kind: Callable[[Frames], Any]) -> None:
    random = np.random.default_rng(0)
    expected = []
    with fitreel.film("frames/") as film:
        for _ in range(3):
            picture = random.integers(0, 256, (9, 12, channels), np.uint8)
            film.frame(kind(picture))
            expected.append(picture.copy())
            picture[:] = 0  # a buffer that is used again
    made = [each[..., :channels] for each in pictures("frames")]
    same(made, expected)


WRONG: list[tuple[Any, type[Exception], str]] = [
    (np.zeros((4, 4, 3)), TypeError, r"not ndarray of shape \(4, 4, 3\) and type float64; .*255"),
    (np.zeros((4, 4, 3), np.int64), TypeError, r"astype\(np\.uint8\)"),
    (np.zeros((4, 4), np.uint8), ValueError, "a grey picture"),
    (np.zeros((3, 4, 5), np.uint8), ValueError, "transpose"),
    (np.zeros((2, 4, 4, 3), np.uint8), ValueError, "one picture a call"),
    (np.zeros((0, 4, 3), np.uint8), ValueError, "no pixel"),
    ([[1], [2, 3]], TypeError, "list is no array"),
    ("a.png", ValueError, "str of shape"),
    (Figure(), TypeError, "figure=…"),
]


@pytest.mark.parametrize(("picture", "kind", "what"), WRONG)
def test_what_is_no_picture(picture: Any, kind: type[Exception], what: str) -> None:
    with pytest.raises(kind, match=what), fitreel.film("a.gif") as film:
        film.frame(picture)
    assert not Path("a.gif").exists()
    film = fitreel.film("a.gif")
    film.frame(np.zeros((4, 4, 3), np.uint8))
    with pytest.warns(UserWarning, match=f"frame 1 is left out: {kind.__name__}: .*{what}") as said:
        film.frame(picture)
        film.frame(picture)
    assert len(said) == 1 and said[0].filename == __file__
    film.close()
    check_whole(Path("a.gif"))


def test_wrong_calls_are_refused_before_anything_is_there(folder: Path) -> None:
    calls: list[tuple[Callable[[], Any], type[Exception], str]] = [
        (lambda: fitreel.film("a.mp4", plt.axes()), TypeError, "not Axes; give its .figure"),  # type: ignore[arg-type]
        (lambda: fitreel.film("a.mp4", every=0), BadInput, "every = 0"),
        (lambda: fitreel.film("a.mp4", every=1.5), BadInput, "every = 1.5"),  # type: ignore[arg-type]
        (lambda: fitreel.film("a.mp4", fps=1000), BadInput, "fps = 1000"),
        (lambda: fitreel.film("a.srt"), BadInput, "film of a record"),
        (lambda: fitreel.animate(None, print, 3, "a.gif"), TypeError, "not None"),  # type: ignore[arg-type]
        (lambda: fitreel.animate(Figure(), 3, 3, "a.gif"), TypeError, "update"),  # type: ignore[arg-type]
        (lambda: fitreel.animate(Figure(), print, 3.5, "a.gif"), TypeError, "frames"),  # type: ignore[arg-type]
    ]
    for call, kind, what in calls:
        with pytest.raises(kind, match=what):
            call()
    assert not list(folder.iterdir())
    plt.close("all")
    with pytest.raises(ValueError, match="no figure yet"), fitreel.film("a.gif") as film:
        film.frame()
    assert not plt.get_fignums() and not Path("a.gif").exists()


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_what_ends_the_loop_leaves_the_film_so_far(kind: type[BaseException]) -> None:
    def loop() -> None:
        with fitreel.film("a.mp4") as film:
            for number, _ in enumerate(demo()):
                if number == 3:
                    raise kind("on its way")
                film.frame()

    with pytest.raises(kind, match="on its way"):
        loop()
    check_whole(Path("a.mp4"))
    assert len(decoded(Path("a.mp4"))) == 3


def test_a_figure_that_cannot_be_drawn_ends_no_training() -> None:
    with fitreel.film("a.gif") as film:
        for _ in demo(2):
            film.frame()
        title = plt.gcf().suptitle(r"$\nosuch$")
        with pytest.warns(UserWarning, match=r"frame 2 is left out: ValueError"):
            film.frame()
        title.set_text("")
        film.frame()
    check_whole(Path("a.gif"))
    plt.gcf().suptitle(r"$\nosuch$")
    with pytest.raises(ValueError, match="nosuch"), fitreel.film("b.gif") as film:
        film.frame()


def test_an_encoder_that_is_not_there_any_more_ends_no_training(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = folder / "ffmpeg"
    fake.write_text(f'#!/bin/sh\n[ "$2" = -encoders ] && exec {ffmpeg_path()} "$@"\nexit 3\n')
    fake.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))
    picture = np.zeros((480, 640, 3), np.uint8)

    def loop() -> None:
        with fitreel.film("a.mp4") as film:
            for _ in range(40):
                film.frame(picture)

    with pytest.warns(UserWarning, match="goes on without") as said, pytest.raises(CannotWrite):
        loop()
    assert len(said) == 1
    with pytest.warns(UserWarning, match="goes on without"), pytest.raises(CannotWrite):
        fitreel.animate(plt.figure(), lambda _: None, 10**9, "b.mp4")
    assert not list(folder.glob("?.mp4"))


# A function, and matplotlib's own door


@pytest.mark.parametrize("frames", [3, np.int64(3), [0, 1, 2], iter(range(3))])
def test_a_function_changes_the_figure(frames: Any) -> None:
    figure = plt.figure(figsize=(1, 1))
    expected = []

    def update(number: int) -> None:
        figure.clear()
        figure.text(0.5, 0.5, str(number))
        expected.append(saved(figure))

    path = fitreel.animate(figure, update, frames, "frames/", fps=5)
    assert path == Path("frames/")
    same(pictures(path), expected)
    assert fitreel.animate(figure, update, 2, path) == path, "it is ours"


def test_a_function_that_fails_leaves_the_film_so_far() -> None:
    figure = plt.figure(figsize=(1, 1))
    with pytest.raises(ZeroDivisionError):
        fitreel.animate(figure, lambda k: 1 // (2 - k), 9, "a.gif")
    check_whole(Path("a.gif"))
    with pytest.raises(BadInput, match="without a single frame"):
        fitreel.animate(figure, print, 0, "b.gif")


SETTINGS: list[dict[str, Any]] = [
    {}, {"savefig.facecolor": "g"}, {"savefig.transparent": True}, {"savefig.dpi": 60},
    {"savefig.bbox": "tight"}, {"figure.constrained_layout.use": True},
    {"savefig.edgecolor": "r", "figure.facecolor": (0, 0, 1, 0.5)},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("options", [{}, {"facecolor": "y"}, {"transparent": True}])
def test_matplotlibs_door_gives_what_it_saves(
    settings: dict[str, Any], options: dict[str, Any]
) -> None:
    expected = []
    with plt.rc_context(settings):
        writer = fitreel.Writer(fps=20)
        figures = demo(3)
        figure = next(figures)
        figure.set_linewidth(4)
        before = figure.dpi, figure.get_facecolor(), figure.get_size_inches().tolist()
        with writer.saving(figure, "frames/", 53):
            for _ in figures:
                writer.grab_frame(**options)
                expected.append(saved(figure, 53, **options))
                assert writer.frame_size == expected[0].shape[1::-1]
        assert before == (figure.dpi, figure.get_facecolor(), figure.get_size_inches().tolist())
    same(pictures("frames"), expected)


def animation(count: int = 4) -> FuncAnimation:
    figure, axes = plt.subplots(figsize=(1.5, 1))
    (line,) = axes.plot([0, 1], [0, 1])

    def update(number: int) -> list[Any]:
        line.set_ydata([0, number])
        return [line]

    return FuncAnimation(figure, update, count, interval=100, blit=True, repeat=False)


def test_an_animation_is_saved(program: Fitreel) -> None:
    animation().save("a.mp4", writer=fitreel.Writer(fps=20))
    assert len(decoded(Path("a.mp4"))) == 4
    with pytest.warns(UserWarning, match="codec, bitrate are not used") as said:
        animation().save(
            "b.gif", writer="fitreel", codec="h264", bitrate=1800, metadata={"artist": "Me"}
        )
    assert said[0].filename == __file__
    facts = json.loads(program("info", "--json", "b.gif").stdout)
    assert facts["metadata"] == {"artist": "Me"} and facts["film"]["fps"] == 10
    animation().save("c/", writer=fitreel.Writer(), dpi=50, savefig_kwargs={"facecolor": "r"})
    made = pictures("c")
    assert len(made) == 4 and made[0].shape == (50, 75, 4)
    assert (made[0][0, 0] == [255, 0, 0, 255]).all()


def test_an_animation_that_fails_leaves_the_film_so_far() -> None:
    figure = plt.figure(figsize=(1, 1))
    failing = FuncAnimation(figure, lambda k: 1 // (2 - k), 9, init_func=lambda: None)
    with pytest.raises(ZeroDivisionError):
        failing.save("a.gif", writer=fitreel.Writer())
    check_whole(Path("a.gif"))


def test_what_a_writer_refuses(folder: Path) -> None:
    figure = plt.figure(figsize=(1, 1))
    for name in ("dpi", "bbox_inches", "format"):
        with (
            pytest.raises(TypeError, match=name),
            fitreel.Writer().saving(figure, "a.gif", 50) as writer,
        ):
            writer.grab_frame(**{name: 3})
    with pytest.raises(ValueError, match="no film was begun"):
        fitreel.Writer().grab_frame()
    Path("b.gif").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError), fitreel.Writer().saving(figure, "b.gif", 50):
        pass
    with fitreel.Writer(overwrite=True).saving(figure, "b.gif", 50) as writer:
        writer.grab_frame()
    check_whole(Path("b.gif"))
    assert not Path("a.gif").exists()


# What others see of it


def test_it_says_who_made_it(program: Fitreel) -> None:
    figure = plt.figure(figsize=(1, 1))
    with fitreel.film("film.mp4", figure) as film:
        film.frame()
    fitreel.animate(figure, lambda _: None, 1, "animate.gif")
    with fitreel.Writer().saving(figure, "Writer.png", 50) as writer:
        writer.grab_frame()
    for path in ("film.mp4", "animate.gif", "Writer.png"):
        told = program("info", path).stdout
        assert f"made by: a program of yours ({Path(path).stem})\n" in told
        assert "argv" not in told and str(Path.cwd()) not in told
        done = program("run", path)
        assert done.returncode == 65
        assert "its figure was drawn by a program of yours" in done.stderr


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.png", "frames/"])
def test_a_notebook_shows_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with fitreel.film(name) as film:
        film.frame(np.zeros((8, 8, 3), np.uint8))
        assert film._repr_html_() is None
    path = film.close()
    assert pickle.loads(pickle.dumps(path)) == path == Path(name)
    html = film._repr_html_()
    if name == "frames/":
        assert html is None
        return
    assert html is not None and html == FilmPath(name)._repr_html_()
    tag, kind = {"a.mp4": ("video", "video/mp4"), "a.webm": ("video", "video/webm")}.get(
        name, ("img", f"image/{name[2:]}")
    )
    assert html.startswith(f"<{tag} ") and f'src="data:{kind};base64,' in html
    assert FilmPath("not there.mp4")._repr_html_() is None
    monkeypatch.setattr("fitreel.film_path.LARGEST_SHOWN", 10)
    assert "not shown" in (film._repr_html_() or "")
    assert LARGEST_SHOWN > 1 << 20


def test_pyplot_is_not_imported_where_it_is_not_used() -> None:
    code = """
    import sys, fitreel
    fitreel.film, fitreel.animate
    heavy = {"matplotlib", "torch", "pydantic"} & {*sys.modules}
    import numpy as np
    with fitreel.film("a.gif") as film:
        film.frame(np.zeros((4, 4, 3), np.uint8))
    heavy |= {"matplotlib", "torch"} & {*sys.modules}
    from matplotlib.figure import Figure
    with fitreel.film("b.gif", Figure()) as film:
        film.frame()
    fitreel.Writer
    sys.exit(repr(heavy) if heavy or "matplotlib.pyplot" in sys.modules else 0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert issubclass(FitreelError, Exception)
