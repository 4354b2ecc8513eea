"""What a script shows, for how long, and in which film."""

from pathlib import Path
from typing import Any

import pytest
from support.scripts import film_script

rare = pytest.mark.long


@pytest.mark.parametrize(
    ("script", "options", "numbers"),
    [
        pytest.param(
            """
            fig = figure()
            for number in (1, 2, 2, 3):
                paint(fig, number)
                plt.pause(0.1)
            plt.show()
            """,
            {},
            [1, 2, 2, 3],
            id="a pause is film time and the last show adds nothing",
        ),
        pytest.param(
            """
            fig = figure()
            plt.ion()
            for number in (1, 2, 3):
                paint(fig, number)
                fig.canvas.draw()
                fig.canvas.flush_events()
                import time; time.sleep(0.01)
            """,
            {},
            [1, 2, 3],
            id="flush_events is one frame at least",
        ),
        pytest.param(
            """
            plt.ion()
            fig, ax = plt.subplots(figsize=(0.2, 0.1))
            paint(fig, 9)
            plt.show()
            fig.canvas.flush_events()
            ax.plot([0, 1])
            paint(fig, 1)
            plt.show()
            paint(fig, 2)
            plt.show(block=False)
            """,
            {},
            [1, 2],
            id="axes without data are no frame for show and flush_events",
        ),
        pytest.param(
            """
            for number in (1, 2, 3):
                fig = figure()
                paint(fig, number)
                plt.show()
                assert not plt.get_fignums()
            """,
            {},
            [1, 2, 3],
            id="a show a step",
        ),
        pytest.param(
            """
            fig = figure()
            for number in (1, 2, 3):
                paint(fig, number)
                plt.show()
            """,
            {},
            [1, 2, 3],
            id="a figure whose window closed is shown again",
        ),
        pytest.param(
            """
            fig = figure()
            for number, seconds in enumerate([0.05, 0.02, 0.12, 0.07, 0.07, 0.07, 0.07, 0.3]):
                paint(fig, number)
                plt.pause(seconds)
            """,
            {"fps": 10},
            [0, 1, 2, 3, 4, 5, 6, 7, 7, 7],
            id="rounding does not drift",
        ),
        pytest.param(
            """
            fig = figure()
            for number in range(10):
                paint(fig, number)
                plt.pause(0.05)
            """,
            {"every": 3},
            [0, 3, 6, 9],
            id="every third",
        ),
        pytest.param(
            """
            import matplotlib.animation
            fig = figure()
            calls = []
            animation = matplotlib.animation.FuncAnimation(
                fig, lambda number: paint(fig, number), range(1, 6), interval=100, blit=False)
            plt.show()
            """,
            {},
            [1, 2, 3, 4, 5],
            id="an animation makes one pass",
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig = plt.figure(figsize=(0.2, 0.1))
            def draw(number):
                fig.clf()
                fig.add_subplot().plot([number])
                paint(fig, number)
            animation = FuncAnimation(fig, draw, range(1, 4), interval=100)
            plt.show()
            """,
            {},
            [1, 2, 3],
            id="an animation whose steps make what there is to see",
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig, ax = plt.subplots(figsize=(0.2, 0.1))
            def draw(number):
                ax.clear()
                ax.plot([number])
                paint(fig, number)
            animation = FuncAnimation(fig, draw, range(1, 9), interval=100, init_func=lambda: None)
            plt.pause(0.35)
            plt.show(block=False)
            for k in range(3):
                fig.canvas.flush_events()
            """,
            {},
            [1, 2, 3, 4, 5, 6],
            id="an animation of bare axes begins with the first pause",
        ),
        pytest.param(
            """
            from itertools import count
            from matplotlib.animation import FuncAnimation
            fig = figure()
            animation = FuncAnimation(
                fig, lambda k: paint(fig, k % 256), lambda: count(), init_func=lambda: None,
                interval=50, cache_frame_data=False)
            plt.show()
            """,
            {},
            [k % 256 for k in range(1000)],
            id="a generator without an end: 1,000 frames",
            marks=rare,
        ),
        pytest.param(
            """
            from matplotlib.animation import ArtistAnimation
            fig = plt.figure(figsize=(0.2, 0.1))
            ax = fig.add_axes([-1, -1, 3, 3])
            bars = [[ax.axhspan(-9, 9, color=(k / 255, 0, 0))] for k in (3, 4, 5)]
            animation = ArtistAnimation(fig, bars, interval=50, blit=True)
            plt.show()
            """,
            {},
            [3, 4, 5],
            id="artists that are shown in turn",
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig = figure()
            line, = fig.axes[0].plot([], [])
            def start():
                paint(fig, 77)
                return line,
            def step(number):
                paint(fig, number)
                line.set_data([0, 1], [number, number])
                return line,
            animation = FuncAnimation(fig, step, [7, 8, 9], start, interval=40, blit=True)
            plt.show()
            """,
            {},
            [7, 8, 9],
            id="what an init function draws is no frame",
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig = figure()
            calls = []
            def step(_):
                calls.append(1)
                paint(fig, len(calls))
            animation = FuncAnimation(fig, step, 3, interval=40)
            plt.show()
            """,
            {},
            [1, 2, 3, 4],
            id="what is drawn before the first step is a frame where that differs",
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig = figure()
            animation = FuncAnimation(
                fig, lambda k: paint(fig, k), interval=50, cache_frame_data=False)
            plt.show()
            """,
            {},
            list(range(100)),
            id="an animation without an end has 100 frames",
            marks=rare,
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig = figure()
            animation = FuncAnimation(
                fig, lambda k: paint(fig, k), interval=50, cache_frame_data=False)
            plt.show()
            """,
            {"limit": 6},
            list(range(120)),
            id="or until the limit",
            marks=rare,
        ),
        pytest.param(
            """
            from matplotlib.animation import FuncAnimation
            fig = figure()
            def frames():
                yield from range(1, 6)
            animation = FuncAnimation(
                fig, lambda k: paint(fig, k), frames, interval=50, cache_frame_data=False)
            plt.show()
            """,
            {},
            [1, 2, 3, 4, 5],
            id="a generator goes to its end",
            marks=rare,
        ),
        pytest.param(
            """
            fig = figure()
            paint(fig, 200)
            count = iter(range(1000))
            timer = fig.canvas.new_timer(interval=50)
            timer.add_callback(lambda: paint(fig, next(count)))
            timer.start()
            plt.show()
            """,
            {},
            [200, *range(100)],
            id="a bare timer calls back 100 times",
            marks=rare,
        ),
        pytest.param(
            """
            fig = figure()
            timer = fig.canvas.new_timer(interval=100)
            count = iter(range(1, 1000))
            timer.add_callback(lambda: paint(fig, next(count)))
            timer.start()
            paint(fig, 0)
            plt.pause(0.35)
            timer.stop()
            plt.pause(0.15)
            """,
            {"fps": 20},
            [0, 0, 1, 1, 2, 2, 3, 3, 3, 3],
            id="timers run while a script pauses",
        ),
        pytest.param(
            """
            fig = plt.figure(figsize=(0.2, 0.1))
            ax = fig.add_axes([-1, -1, 3, 3])
            band = ax.axhspan(-9, 9, color="b", animated=True)
            plt.show(block=False)
            fig.canvas.draw()
            background = fig.canvas.copy_from_bbox(fig.bbox)
            for k in (11, 12, 13):
                band.set_color((k / 255, 0, 0))
                fig.canvas.restore_region(background)
                ax.draw_artist(band)
                fig.canvas.blit(fig.bbox)
                fig.canvas.flush_events()
                fig.savefig("saved.png", dpi=30)
            """,
            {},
            [255, 11, 12, 13],
            id="a script that blits by itself",
        ),
        pytest.param(
            """
            fig = plt.figure(figsize=(0.2, 0.1))
            ax = fig.add_axes([-1, -1, 3, 3])
            band = ax.axhspan(-9, 9, color=(10 / 255, 0, 0), animated=True)
            background = []
            def drawn(event):
                background[:] = [fig.canvas.copy_from_bbox(fig.bbox)]
                fig.draw_artist(band)
            fig.canvas.mpl_connect("draw_event", drawn)
            plt.show(block=False)
            plt.pause(0.1)
            for k in (11, 12, 13):
                fig.canvas.restore_region(background[0])
                band.set_color((k / 255, 0, 0))
                fig.draw_artist(band)
                fig.canvas.blit(fig.bbox)
                fig.canvas.flush_events()
            plt.pause(0.1)
            """,
            {"fps": 10},
            [10, 11, 12, 13],
            id="and one that redraws what it blits when all is drawn",
        ),
        pytest.param(
            """
            from matplotlib.backends.backend_pdf import PdfPages
            fig = figure()
            for number in (1, 2):
                paint(fig, number)
                fig.savefig("a.png", dpi=200)
                plt.pause(0.1)
                plt.savefig("b.pdf")
                with PdfPages("pages.pdf") as pages:
                    pages.savefig(fig)
                fig.savefig("c.png", backend="agg")
            """,
            {},
            [1, 2],
            id="savefig in between changes nothing",
        ),
        pytest.param(
            """
            import matplotlib
            assert "tk" in matplotlib.get_backend().lower() and plt.get_backend() == "TkAgg"
            plt.switch_backend("QtAgg")
            matplotlib.use("Qt5Agg")
            assert plt.get_backend() == "Qt5Agg"
            fig = figure()
            manager = plt.get_current_fig_manager()
            manager.window.wm_geometry("+%d+%d" % (manager.window.winfo_screenwidth() / 2, 0))
            manager.window.showMaximized()
            manager.frame.Maximize(True)
            manager.resize(*manager.window.maxsize())
            manager.full_screen_toggle()
            manager.set_window_title("mine")
            manager.toolbar.home()
            fig.canvas.toolbar.pan()
            fig.canvas.manager.show()
            paint(fig, 5)
            plt.pause(0.1)
            matplotlib.use("Agg")
            paint(fig, 6)
            plt.pause(0.1)
            """,
            {},
            [255, 5, 6],
            id="windows that nobody sees, of any backend",
            marks=rare,
        ),
        pytest.param(
            """
            fig = figure()
            paint(fig, 1)
            plt.waitforbuttonpress()
            keys = []
            fig.canvas.mpl_connect("key_press_event", lambda event: keys.append(event.key))
            paint(fig, 2)
            assert plt.ginput(3) == []
            paint(fig, 3)
            fig.waitforbuttonpress(0.1)
            paint(fig, 4)
            fig.canvas.start_event_loop()
            paint(fig, 5)
            plt.show()
            assert keys == ["enter"] * 2, keys
            """,
            {},
            [1, 2, 3, 4, 5],
            id="nobody is there to press a key",
        ),
        pytest.param(
            """
            closed = []
            for number in (1, 2, 3):
                fig = figure()
                fig.canvas.mpl_connect("close_event", lambda event: closed.append(event.canvas))
                paint(fig, number)
                plt.pause(0.1)
                plt.close(fig)
            assert len(closed) == 3
            """,
            {},
            [1, 2, 3],
            id="a new figure goes on where one was closed",
        ),
        pytest.param(
            """
            still = figure()
            paint(still, 9)
            plt.pause(0.1)
            fig = figure()
            for number in (1, 2):
                paint(fig, number)
                plt.pause(0.1)
            """,
            {},
            [9, 1, 2],
            id="or where one stands still",
        ),
        pytest.param(
            """
            fig = figure()
            while plt.fignum_exists(fig.number):
                paint(fig, 4)
                plt.pause(10)
            """,
            {"fps": 1},
            [4] * 10,
            id="a loop that only waits isn't filmed",
        ),
        pytest.param(
            """
            from mpl_toolkits.mplot3d import Axes3D
            fig = plt.figure(figsize=(0.3, 0.2))
            ax = fig.add_subplot(projection="3d")
            ax.plot([0, 1], [0, 1], [0, 1])
            for angle in (1, 2):
                ax.view_init(30, angle)
                paint(fig, angle)
                plt.draw()
                plt.pause(.001)
            """,
            {},
            [1, 2],
            id="three dimensions, and a pause that is none",
        ),
        pytest.param(
            """
            fig = figure()
            for number in (1, 2, 3):
                paint(fig, number)
                plt.pause(0.1)
                if number < 3:
                    plt.savefig(f"{number}.png")
            """,
            {"moments": "save"},
            [1, 2],
            id="what is saved",
        ),
        pytest.param(
            """
            plt.ion()
            fig = figure()
            for number in (1, 2, 3):
                paint(fig, number)
                fig.canvas.draw() if number < 3 else plt.draw()
                paint(fig, 100)
            """,
            {"moments": "draw"},
            [1, 2, 3],
            id="what is drawn",
        ),
        pytest.param(
            """
            fig = figure()
            paint(fig, 1)
            plt.show()
            """,
            {},
            [1] * 20,
            id="one picture is held for a second",
        ),
        pytest.param(
            """
            fig = figure()
            paint(fig, 0)
            count = iter(range(1, 100))
            timer = fig.canvas.new_timer(interval=50)
            def step():
                number = next(count)
                plt.close(fig) if number == 4 else paint(fig, number)
            timer.add_callback(step)
            timer.start()
            plt.show()
            """,
            {},
            [0, 1, 2, 3],
            id="a script that closes its own window",
        ),
        pytest.param(
            """
            one = figure()
            paint(one, 1)
            plt.show()
            paint(one, 2)
            plt.show()
            other = figure()
            paint(other, 3)
            plt.show()
            """,
            {},
            [1, 2, 3],
            id="a window that opens again closes again",
        ),
        pytest.param(
            """
            fig = figure()
            for number, seconds in enumerate([3, 0.001, 0.5, 0.25, 0.001, 5]):
                paint(fig, number)
                plt.pause(seconds)
            """,
            {},
            [0] * 12 + [1, 2, 2, 3, 4] + [5] * 20,
            id="the shortest pause of a rate is the rate",
        ),
        pytest.param(
            """
            plt.ion()
            fig = figure()
            draws = []
            fig.canvas.mpl_connect("draw_event", lambda event: draws.append(event.canvas))
            for number in (1, 2, 3):
                plt.cla()
                plt.plot([0, number])
                plt.title("one more")
                paint(fig, number)
                plt.pause(0.1)
            assert len(draws) == 3, draws
            paint(fig, 4)
            fig.canvas.draw()
            fig.canvas.flush_events()
            assert len(draws) == 4, draws
            assert not fig.canvas.supports_blit and not fig.stale
            """,
            {},
            [1, 2, 3, 4],
            id="a figure is drawn once a picture",
        ),
        pytest.param(
            """
            one, two = figure(), figure()
            for number in (1, 2, 3):
                for fig, step in ((one, 1), (two, 10)):
                    paint(fig, step * number)
                    fig.canvas.flush_events()
            """,
            {},
            [1, 10, 20, 30],
            id="flush_events shows its own figure",
        ),
    ],
)
def test_pictures(tmp_path: Path, script: str, options: dict[str, Any], numbers: list[int]) -> None:
    done = film_script(tmp_path, script, **options)
    assert (done.code, done.stdout) == (0, ""), done.stderr
    assert done.numbers() == numbers, done.stderr
