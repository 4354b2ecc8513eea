"""A loop of somebody's own that films a figure: figure_loop.py KIND HOW OUT.mp4 [FRAMES].

HOW `writer` is what people do now, matplotlib's FFMpegWriter; `film` films the same calls by ours;
`check` compares their frames, every byte.
"""

import sys
from collections.abc import Callable

import imageio_ffmpeg
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.figure import Figure

matplotlib.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
Step = Callable[[int], object]

noise = np.random.default_rng(0)
x = np.linspace(-1, 1, 100)
y = x**3 + 0.1 * noise.standard_normal(100)
STYLE = {"size": 20, "color": "red"}


def prediction(step: int) -> np.ndarray:
    return x**3 * (1 - np.exp(-step / 150)) + 0.3 * np.sin(3 * x) * np.exp(-step / 100)


def loss(step: int) -> float:
    return float(np.mean((y - prediction(step)) ** 2))


def anew(figure: Figure) -> Step:
    """The demo's: all is plotted again in every frame."""
    axes = figure.subplots()

    def step(number: int) -> None:
        axes.cla()
        axes.scatter(x, y)
        axes.plot(x, prediction(number), "r-", lw=5)
        axes.text(0.3, -0.6, f"epoch={5 * number:d}", fontdict=STYLE)
        axes.text(0.3, -0.8, f"Loss={loss(number):.4f}", fontdict=STYLE)

    return step


def kept(figure: Figure) -> Step:
    """The same picture, with artists that are kept."""
    axes = figure.subplots()
    axes.scatter(x, y)
    (line,) = axes.plot(x, prediction(0), "r-", lw=5)
    epoch = axes.text(0.3, -0.6, "", fontdict=STYLE)
    value = axes.text(0.3, -0.8, "", fontdict=STYLE)

    def step(number: int) -> None:
        line.set_ydata(prediction(number))
        epoch.set_text(f"epoch={5 * number:d}")
        value.set_text(f"Loss={loss(number):.4f}")

    return step


def limits(figure: Figure) -> Step:
    """Limits that move in every frame."""
    axes = figure.subplots()
    axes.scatter(x, y)
    (line,) = axes.plot(x, prediction(0), "r-", lw=5)
    text = axes.text(0.05, 0.9, "", transform=axes.transAxes, fontdict=STYLE)

    def step(number: int) -> None:
        line.set_ydata(prediction(number))
        text.set_text(f"epoch={5 * number:d}")
        axes.set_ylim(-1.5 - number / 300, 1.5 + number / 200)
        axes.set_xlim(-1.1 - number / 900, 1.1 + number / 700)

    return step


def panels(figure: Figure) -> Step:
    """The fit beside a curve of the loss that grows."""
    left, right = figure.subplots(1, 2)
    left.scatter(x, y)
    (line,) = left.plot(x, prediction(0), "r-", lw=5)
    left.set_title("fit")
    (curve,) = right.plot([], [])
    right.set_xlabel("epoch")
    losses: list[float] = []

    def step(number: int) -> None:
        line.set_ydata(prediction(number))
        losses.append(loss(number))
        curve.set_data(range(len(losses)), losses)
        right.relim()
        right.autoscale_view()

    return step


def image(figure: Figure) -> Step:
    """A picture with a fixed aspect and its colourbar."""
    axes = figure.subplots()
    down, across = np.mgrid[-1:1:64j, -1:1:64j]
    shown = axes.imshow(down * across, vmin=-1, vmax=1)
    figure.colorbar(shown)

    def step(number: int) -> None:
        shown.set_data(np.sin(3 * down + number / 20) * np.cos(2 * across * number / 200))
        axes.set_title(f"epoch {5 * number}")

    return step


KINDS = {each.__name__: each for each in (anew, kept, limits, panels, image)}


def check(figure: Figure, step: Step, frames: int) -> None:
    """Compare our frames with full draws, every byte."""
    from fitreel.render.figure.figure_drawer import FigureDrawer

    drawer = FigureDrawer(figure)
    for number in range(frames):
        step(number)
        frame = drawer.draw().tobytes()
        figure.canvas.draw()
        assert frame == bytes(figure.canvas.buffer_rgba()), f"frame {number} is not exact"


def main() -> None:
    kind, how, out = sys.argv[1:4]
    frames = int(sys.argv[4]) if len(sys.argv) > 4 else 800
    figure = plt.figure()
    step = KINDS[kind](figure)
    if how == "writer":
        writer = FFMpegWriter(fps=20)
        with writer.saving(figure, out, dpi=100):
            for number in range(frames):
                step(number)
                writer.grab_frame()
        return
    if how == "check":
        check(figure, step, frames)
        return
    import fitreel

    with fitreel.film(out, figure) as film:
        for number in range(frames):
            step(number)
            film.frame()


if __name__ == "__main__":
    main()
