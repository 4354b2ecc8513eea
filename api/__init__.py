"""Films of a neural network learning a function, made without a display.

    import fitreel

    with fitreel.film("loop.mp4") as film:
        for epoch in range(800):
            ...
            film.frame()  # pyplot's current figure, as it is now

    run = fitreel.Run("runs/demo-4f6e0c1b")
    plt.semilogy(run.epoch, run.loss)
    fitreel.make_film(run, "talk.mp4", theme="dark")

Names come when they are asked for: importing fitreel imports neither numpy nor matplotlib nor
torch, and changes nothing in the process.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fitreel import callbacks as callbacks
    from fitreel.animated_film import animate as animate
    from fitreel.animation_writer import Writer as Writer
    from fitreel.figure_film import film as film
    from fitreel.film_making import make_film as make_film
    from fitreel.model.errors import BadInput as BadInput
    from fitreel.model.errors import Busy as Busy
    from fitreel.model.errors import CannotWrite as CannotWrite
    from fitreel.model.errors import FitreelError as FitreelError
    from fitreel.model.errors import Unavailable as Unavailable
    from fitreel.recorder import Recorder as Recorder
    from fitreel.stored_run import Run as Run

    __version__: str

_HOMES = {
    "film": "fitreel.figure_film",
    "animate": "fitreel.animated_film",
    "Writer": "fitreel.animation_writer",
    "make_film": "fitreel.film_making",
    "Recorder": "fitreel.recorder",
    "Run": "fitreel.stored_run",
    **dict.fromkeys(
        ("FitreelError", "BadInput", "Busy", "CannotWrite", "Unavailable"), "fitreel.model.errors"
    ),
}
"""Where each public name is defined."""

__all__ = [  # noqa: RUF022 (what is called first, then the errors)
    "film",
    "animate",
    "Writer",
    "Recorder",
    "make_film",
    "Run",
    "callbacks",
    "FitreelError",
    "BadInput",
    "Busy",
    "CannotWrite",
    "Unavailable",
    "__version__",
]


if not TYPE_CHECKING:  # or a type checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from fitreel.model.version import own_version

            return own_version()
        if name == "callbacks":
            return importlib.import_module("fitreel.callbacks")
        if name not in _HOMES:
            raise AttributeError(f"module 'fitreel' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
