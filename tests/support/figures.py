"""Figures as people make them, each with a step that changes it: what may be filmed."""

import datetime
from collections.abc import Callable
from typing import Any

import matplotlib.dates as mdates
import matplotlib.patheffects as effects
import matplotlib.ticker as ticker
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import YAxis, YTick
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text

Step = Callable[[int], object]
Kind = Callable[[Figure], Step]
KINDS: dict[str, Kind] = {}
X = np.linspace(-3, 3, 30)


def kind(make: Kind) -> Kind:
    """Adds a kind of figure under its function's name."""
    KINDS[make.__name__] = make
    return make


def anew(name: str, draw: Callable[[Any, int], object]) -> None:
    """Adds a kind whose axes are cleared and drawn anew in every frame."""

    def make(figure: Figure) -> Step:
        axes = figure.add_subplot()

        def step(number: int) -> None:
            axes.cla()
            axes.plot(X, X * number)
            draw(axes, number)

        return step

    KINDS[name] = make


def kept(name: str, change: Callable[[Any, int], object]) -> None:
    """Adds a kind whose line is kept while the limits follow it."""

    def make(figure: Figure) -> Step:
        axes = figure.add_subplot()
        (line,) = axes.plot(X, X)

        def step(number: int) -> None:
            line.set_ydata(X * (number + 1))
            axes.relim()
            axes.autoscale_view()
            change(axes, number)

        return step

    KINDS[name] = make


def each(change: Callable[[Any], object]) -> Callable[[Any, int], object]:
    """A change of each label of the x axis."""
    return lambda axes, number: [change(label) for label in axes.get_xticklabels()]


# Ticks and their labels, changed one by one or all at once.
anew("first_label_red", lambda a, k: a.get_xticklabels()[0].set_color("r"))
anew("tick_params", lambda a, k: a.tick_params(axis="x", rotation=45, labelsize=8, length=8))
anew("rotated", each(lambda label: label.set(rotation=30, ha="right")))
anew("own_ticks", lambda a, k: a.set_xticks([-2, 0, 1.3], labels=["low", "$x_0$", "two\nlines"]))
anew("inverted", lambda a, k: (a.invert_yaxis(), a.grid(which="both", ls=":"), a.minorticks_on()))
anew("outlined", each(lambda label: label.set_path_effects([effects.withStroke(linewidth=3)])))
anew("boxed_labels", each(lambda label: label.set_bbox({"fc": "y"})))
anew("clipped_labels", each(lambda label: label.set_clip_on(True)))
anew("some_hidden", lambda a, k: [t.set_visible(False) for t in a.get_xticklabels()[::2]])
anew("ticks_above", lambda a, k: (a.xaxis.tick_top(), a.set_title("above"), a.yaxis.tick_right()))
anew("no_y_axis", lambda a, k: (a.yaxis.set_visible(False), a.tick_params(bottom=False)))
anew("sketched", lambda a, k: [line.set_sketch_params(1, 100, 2) for line in a.get_xticklines()])
anew("offset", lambda a, k: (a.plot(X, 1e6 + X * k * 1e-3), a.set_ylim(1e6, 1e6 + 1e-2)))
anew("engineering", lambda a, k: a.yaxis.set_major_formatter(ticker.EngFormatter("Hz")))
anew("callable", lambda a, k: a.xaxis.set_major_formatter(lambda v, _: f"{v:.1f}@{k}"))
anew("percent", lambda a, k: a.yaxis.set_major_formatter(ticker.PercentFormatter(3)))
anew("frame_off", lambda a, k: (a.set_frame_on(False), a.grid(True)))
anew("axis_off", lambda a, k: a.axis("off" if k % 2 else "on"))
anew("zero_spines", lambda a, k: (a.spines["left"].set_position("zero"),
                                  a.spines["bottom"].set_position(("data", k / 2)),
                                  a.spines[["top", "right"]].set_visible(False)))  # fmt: skip
anew("symlog", lambda a, k: (a.set_yscale("symlog", linthresh=0.1), a.grid(True, which="both")))
anew("logit", lambda a, k: (a.cla(), a.plot(X, 1 / (1 + np.exp(-X * k))), a.set_yscale("logit")))
anew("function_scale", lambda a, k: a.set_xscale("function", functions=(np.cbrt, lambda v: v**3)))
anew("masked", lambda a, k: a.set_xlim(np.ma.masked_less([-2.0, 2.0], -9)))

# Marks of many kinds.
anew(
    "bars", lambda a, k: (a.cla(), a.bar(["a", "b", "cc"], [k, 2, 3]), a.bar_label(a.containers[0]))
)
anew("areas", lambda a, k: (a.fill_between(X, X, X * k, alpha=0.3), a.axvspan(0, 1)))
anew("legend", lambda a, k: (a.plot(X, -X, "--", label=f"line {k}"), a.legend(loc="best")))
anew("notes", lambda a, k: a.annotate("!", (0, k), (1, k), arrowprops={"arrowstyle": "->"}))
anew("box", lambda a, k: a.text(0.5, 0.5, "$x^2$\nlong", bbox={"boxstyle": "round"}))
anew("wrapped", lambda a, k: a.text(0, 0, "words that go on and on " * k, wrap=True, rotation=20))
anew("arrows", lambda a, k: a.quiver(X[:5], X[:5], np.cos(X[:5] * k), X[:5]))
anew("contours", lambda a, k: a.clabel(a.contour(np.outer(X, X) + k)))
anew("filled", lambda a, k: a.contourf(np.outer(X, X) * k, hatches=["/", "x"]))
anew("mesh", lambda a, k: (a.pcolormesh(np.outer(X, X) * k), a.hexbin(X, X * k, gridsize=8)))
anew("statistics", lambda a, k: (a.cla(), a.boxplot([X, X * k]), a.violinplot([X * k])))
anew("errors", lambda a, k: a.errorbar(X[::5], X[::5], yerr=k / 2, capsize=3, fmt="o"))
anew("steps", lambda a, k: (a.step(X, X * k), a.stem(X[::4], X[::4]), a.set_xlabel("x\ny")))
anew("pie", lambda a, k: (a.cla(), a.pie([1, 2, k + 1], labels=["a", "b", "c"])))
anew("table", lambda a, k: a.table([[k, 2], [3, 4]], loc="bottom"))
anew("equal", lambda a, k: (a.set_aspect("equal"), a.margins(0.2)))
anew("clip_path", lambda a, k: a.lines[0].set_clip_path(Circle((0, 0), 2, transform=a.transData)))
anew("hidden_line", lambda a, k: (a.lines[0].set_visible(k % 2), a.lines[0].set_animated(True)))
anew("filtered", lambda a, k: a.lines[0].set_agg_filter(lambda image, dpi: (image * 0.5, 3, 3)))
anew("rasterized", lambda a, k: (a.lines[0].set_rasterized(True), a.set_rasterization_zorder(3)))
anew("titles", lambda a, k: (a.set_title(f"{k}", loc="left"), a.set_title("right", loc="right"),
                             a.set_title("two\nlines"), a.set_ylabel("y", rotation=0)))  # fmt: skip

# The user's own doings between two frames.
kept("tick_turned", lambda a, k: k == 2 and a.yaxis.majorTicks[0].label1.set(rotation=40))
kept("locators", lambda a, k: (a.yaxis.set_major_locator(ticker.MaxNLocator([9, 3, 9, 5][k % 4])),
                               k == 2 and a.yaxis.majorTicks[0].label1.set_color("r")))  # fmt: skip
kept("one_label", lambda a, k: k == 2 and a.yaxis.get_major_ticks()[1].label1.set_color("r"))
kept("labels_read", lambda a, k: a.set_title(
    "".join(tick.label1.get_text() for tick in a.yaxis.get_major_ticks())))  # fmt: skip
kept("labels_shown", lambda a, k: a.set_title(" ".join(t.get_text() for t in a.get_yticklabels())))
kept("grid_lines", lambda a, k: (a.grid(k > 1), a.get_ygridlines()[1].set_color("b")))
kept("font_in_place", lambda a, k: a.get_yticklabels()[2].get_fontproperties().set_size(5 + k))
kept("tick_moved", lambda a, k: k and a.xaxis.majorTicks[1].update_position(k / 9))
kept("tick_gone", lambda a, k: k == 2 and a.xaxis.majorTicks.pop())
kept("own_draw", lambda a, k: setattr(a.lines[0], "draw", lambda renderer: None))
kept("own_tick_draw", lambda a, k: k == 1 and setattr(
    a.yaxis.majorTicks[1].label1, "draw", lambda renderer: None))  # fmt: skip
kept("colour_in_place", lambda a, k: (
    a.tick_params(labelcolor=(0, 0, 1)),
    a.yaxis.majorTicks[0].label1.set_color([k % 4 / 4, 0, 0])))  # fmt: skip
kept("zorders", lambda a, k: (a.set_axisbelow(k % 2 == 0), a.grid(True), a.lines[0].set_zorder(k)))
kept("moved_axes", lambda a, k: a.set_position([0.2, 0.2, 0.3 + k / 20, 0.6]))
kept("scale_changes", lambda a, k: a.set_yscale("linear" if k % 2 else "symlog"))
kept("reset_ticks", lambda a, k: (a.xaxis.reset_ticks(), a.tick_params(width=k, color="r")))


@kind
def two_by_two(figure: Figure) -> Step:
    all_axes: Any = figure.subplots(2, 2, sharex=True, sharey=True)

    def step(number: int) -> None:
        for place, axes in enumerate(all_axes.flat):
            axes.cla()
            axes.plot(X, X * number * (place + 1))
            axes.label_outer()
        figure.suptitle(f"step {number}")

    return step


def laid_out(engine: str) -> Kind:
    def make(figure: Figure) -> Step:
        figure.set_layout_engine(engine)
        all_axes: Any = figure.subplots(1, 2)

        def step(number: int) -> None:
            for place, axes in enumerate(all_axes):
                axes.cla()
                axes.plot(X, X * number * 1000 * (place + 1))
                axes.set(xlabel="x", ylabel="y", title="title")

        return step

    return make


KINDS |= {engine: laid_out(engine) for engine in ("constrained", "tight")}


@kind
def aligned(figure: Figure) -> Step:
    upper, lower = figure.subplots(2, 1)

    def step(number: int) -> None:
        for power, axes in enumerate((upper, lower)):
            axes.cla()
            axes.plot(X, X * number * 10 ** (3 * power))
            axes.set_ylabel("y")
        figure.align_labels()

    return step


@kind
def twins(figure: Figure) -> Step:
    def step(number: int) -> None:
        figure.clf()
        axes = figure.add_subplot()
        axes.plot(X, X * number)
        axes.set_title("twins")
        other = axes.twinx()
        other.plot(X, X**2 * number)
        other.set_ylabel("q")
        axes.secondary_xaxis("top", functions=(lambda v: v * 2, lambda v: v / 2))
        axes.inset_axes((0.6, 0.1, 0.3, 0.3)).plot(X, X * number * 3)
        figure.legend(["line"])

    return step


def projected(projection: str) -> Kind:
    def make(figure: Figure) -> Step:
        axes: Any = figure.add_subplot(projection=projection)

        def step(number: int) -> None:
            axes.cla()
            axes.plot(X / 3, (X + 4) / 8 * number, *([X] if projection == "3d" else []))

        return step

    return make


KINDS |= {name: projected(name) for name in ("polar", "3d", "mollweide")}


@kind
def dates(figure: Figure) -> Step:
    axes = figure.add_subplot()
    start = datetime.datetime(2020, 1, 1)

    def step(number: int) -> None:
        axes.cla()
        hours = [start + datetime.timedelta(hours=3 * each) for each in range(number + 2)]
        axes.plot(hours, range(number + 2))  # type: ignore[arg-type]
        locator = axes.xaxis.get_major_locator()
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
        figure.autofmt_xdate()

    return step


@kind
def logarithms(figure: Figure) -> Step:
    axes = figure.add_subplot()
    (line,) = axes.loglog(X + 4, X + 4)
    axes.grid(True, which="both")
    axes.tick_params(which="both", direction="in", top=True, right=True)

    def step(number: int) -> None:
        line.set_ydata(np.exp(X * (number + 1)))
        axes.relim()
        axes.autoscale_view()

    return step


@kind
def pictures(figure: Figure) -> Step:
    axes = figure.add_subplot()
    image = axes.imshow(np.outer(X, X))
    bar = figure.colorbar(image)

    def step(number: int) -> None:
        image.set_data(np.outer(X, X) * number)
        image.set_clim(0, number + 1)
        bar.set_label(f"level {number}")
        axes.set_title(f"picture {number}")

    return step


@kind
def subfigures(figure: Figure) -> Step:
    left, right = figure.subfigures(1, 2)
    left.set_facecolor("0.8")
    (line,) = left.subplots().plot(X, X)
    image = right.subplots().imshow(np.outer(X, X), aspect="auto")

    def step(number: int) -> None:
        line.set_ydata(X * number)
        image.set_array(np.outer(X, X) + number)
        right.suptitle(f"right {number}")

    return step


@kind
def transparent(figure: Figure) -> Step:
    figure.patch.set_alpha(0.0)
    axes = figure.add_subplot(facecolor="none")

    def step(number: int) -> None:
        axes.scatter(X, X * number, c=X, s=20 * (X + 4), alpha=0.5)
        figure.text(0.1, 0.1 * number, "figure's own")

    return step


@kind
def sizes(figure: Figure) -> Step:
    axes = figure.add_subplot()

    def step(number: int) -> None:
        axes.plot(X, X * number)
        figure.set_dpi([100, 60, 60, 130][number % 4])
        figure.set_size_inches(4 + number % 3, 3)

    return step


@kind
def comes_and_goes(figure: Figure) -> Step:
    axes = figure.add_subplot()

    def step(number: int) -> None:
        for line in axes.lines[::2]:
            line.remove()
        axes.plot(X, X * number)
        axes.add_patch(Rectangle((0, 0), 1, number))
        axes.set_xlim(-3, 3 + number / 3)

    return step


class _OwnLine(Line2D):
    def draw(self, renderer: Any) -> None:
        self.set_linewidth(self.get_linewidth() + 1)
        super().draw(renderer)


class _OwnText(Text):
    def draw(self, renderer: Any) -> None:
        self.set_text(self.get_text() + "!")
        super().draw(renderer)


class _Intruder(Artist):
    """Changes the axis while the figure is drawn."""

    def draw(self, renderer: Any) -> None:
        assert self.axes is not None
        self.axes.set_yticks([0, 1, 2], labels=["a", "b", "c"])


class _OwnTick(YTick):
    def draw(self, renderer: Any) -> None:
        self.label1.set_color("g" if self.get_loc() > 0 else "m")
        super().draw(renderer)


class _OwnAxis(YAxis):
    _tick_class = _OwnTick


@kind
def own_classes(figure: Figure) -> Step:
    axes: Any = figure.add_subplot()
    axes.add_line(_OwnLine(X, X))
    axes.add_artist(_OwnText(0, 0, "own"))
    other: Any = figure.add_axes((0.6, 0.2, 0.2, 0.2))
    other.yaxis.__class__ = _OwnAxis
    other.yaxis._tick_class = _OwnTick
    other.yaxis.reset_ticks()

    def step(number: int) -> None:
        axes.set_ylim(-number - 1, number + 1)
        other.set_ylim(-number - 1, number + 1)

    return step


@kind
def changed_while_drawn(figure: Figure) -> Step:
    axes = figure.add_subplot()
    (line,) = axes.plot(X, X)
    intruder = _Intruder()
    intruder.set_zorder(-5)
    axes.add_artist(intruder)

    def step(number: int) -> None:
        line.set_ydata(X * number)
        axes.set_ylim(-number, number + 2)

    return step
