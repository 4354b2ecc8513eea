"""Callbacks that record a training of somebody else's loop, one for each framework.

    trainer = lightning.Trainer(callbacks=[fitreel.callbacks.Lightning("runs/mine", x, y)])

Each imports its framework when it is named, and nothing before.
"""

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from fitreel.model.system.extras import import_library, is_installed

if TYPE_CHECKING:
    from fitreel.callbacks.hugging_face import HuggingFace as HuggingFace
    from fitreel.callbacks.keras import Keras as Keras
    from fitreel.callbacks.lightning import Lightning as Lightning
    from fitreel.callbacks.skorch import Skorch as Skorch


class _Home(NamedTuple):
    """Where a callback is defined, and the libraries of which one is needed there."""

    module: str
    libraries: tuple[str, ...]
    extra: str


_HOMES = {
    "HuggingFace": _Home("hugging_face", ("transformers",), "huggingface"),
    "Keras": _Home("keras", ("keras",), "keras"),
    "Lightning": _Home("lightning", ("lightning", "pytorch_lightning"), "lightning"),
    "Skorch": _Home("skorch", ("skorch",), "skorch"),
}

__all__ = ["HuggingFace", "Keras", "Lightning", "Skorch"]


if not TYPE_CHECKING:  # or a type checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'fitreel.callbacks' has no attribute {name!r}")
        library = next(filter(is_installed, home.libraries), home.libraries[0])
        import_library(library, home.extra, f"fitreel.callbacks.{name}")
        return getattr(importlib.import_module(f"fitreel.callbacks.{home.module}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
