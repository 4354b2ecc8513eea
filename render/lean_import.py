"""Imports matplotlib in two thirds of the time: without what most films never use.

Films wait for this import. What is left out changes no pixel: what only somebody who reads about
matplotlib needs is never made, and parts of it are imported when they are first used. Whatever a
matplotlib has or asks for otherwise than is known here is imported as it is.
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """Stands for a module while matplotlib is imported; a name it hasn't is the module's own."""

    def __init__(self, name: str, **known: Any) -> None:
        super().__init__(name)
        vars(self).update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.real(), name)

    def real(self) -> ModuleType:
        """The module, imported if it wasn't yet."""
        self.give_way()
        return importlib.import_module(self.__name__)

    def give_way(self) -> None:
        """Let the next import have the module itself."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """A block that imports matplotlib without the parsers of mathematics, font patterns and DVI."""
    stand_ins: list[Later] = []
    importing = True

    def parse_fontconfig_pattern(pattern: str) -> dict[str, list[Any]]:
        # What is parsed meanwhile are matplotlib's own settings, to see whether they are right.
        return {} if importing else patterns.real().parse_fontconfig_pattern(pattern)

    def generate_fontconfig_pattern(font: Any) -> str:
        return patterns.real().generate_fontconfig_pattern(font)  # type: ignore[no-any-return]

    def dvi(*args: Any, **kwargs: Any) -> Any:
        return dviread.real().Dvi(*args, **kwargs)

    class MathTextParser:
        """The parser of one kind of output."""

        def __init__(self, output: str) -> None:
            self._output = output
            self._parser: Any = None

        def parse(self, *args: Any, **kwargs: Any) -> Any:
            if self._parser is None:
                self._parser = mathtext.real().MathTextParser(self._output)
            return self._parser.parse(*args, **kwargs)

    patterns = Later(
        "matplotlib._fontconfig_pattern",
        parse_fontconfig_pattern=parse_fontconfig_pattern,
        generate_fontconfig_pattern=generate_fontconfig_pattern,
    )
    mathtext = Later("matplotlib.mathtext", MathTextParser=MathTextParser)
    dviread = Later("matplotlib.dviread", Dvi=dvi)
    # matplotlib looks whether it is new enough, which pip has seen to.
    pyparsing = Later("pyparsing", __version__="999")
    for stand_in in (patterns, mathtext, dviread, pyparsing):
        if stand_in.__name__ not in sys.modules:
            sys.modules[stand_in.__name__] = stand_in
            stand_ins.append(stand_in)
    try:
        yield
    finally:
        importing = False
        for stand_in in stand_ins:
            stand_in.give_way()


@contextlib.contextmanager
def undocumented() -> Iterator[None]:
    """A block in which matplotlib writes no docstring about the setters of each artist it defines.

    That is a third of the time that its import takes. matplotlib itself must be imported already.
    """
    from matplotlib import artist

    known: list[tuple[Any, str, Any]] = [
        (artist, "kwdoc", lambda _: ""),
        (artist.Artist, "_update_set_signature_and_docstring", classmethod(lambda _: None)),
    ]
    known = [(owner, name, short) for owner, name, short in known if name in vars(owner)]
    before = [vars(owner)[name] for owner, name, _ in known]
    for owner, name, short in known:
        setattr(owner, name, short)
    try:
        yield
    finally:
        for (owner, name, _), plain in zip(known, before, strict=True):
            setattr(owner, name, plain)
