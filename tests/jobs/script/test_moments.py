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
    ],
)
def test_pictures(tmp_path: Path, script: str, options: dict[str, Any], numbers: list[int]) -> None:
    done = film_script(tmp_path, script, **options)
    assert (done.code, done.stdout) == (0, ""), done.stderr
    assert done.numbers() == numbers, done.stderr
