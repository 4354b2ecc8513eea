"""A script's tracebacks as Python alone would have printed them: without our frames."""

from types import TracebackType


def without_ours(error: BaseException) -> BaseException:
    """Take our frames, and those of what runs a module, out of a traceback and its causes'."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        current.__traceback__ = _cut(current.__traceback__)
        current = current.__cause__ or current.__context__
    return error


def _cut(traceback: TracebackType | None) -> TracebackType | None:
    first = None
    last: TracebackType | None = None
    while traceback is not None:
        following = traceback.tb_next
        if not _is_ours(traceback):
            if last is None:
                first = traceback
            else:
                last.tb_next = traceback
            last = traceback
        traceback = following
    if last is not None:
        last.tb_next = None
    return first


def _is_ours(traceback: TracebackType) -> bool:
    name = traceback.tb_frame.f_globals.get("__name__", "")
    file = traceback.tb_frame.f_code.co_filename
    return str(name).partition(".")[0] in ("fitreel", "runpy") or file == "<frozen runpy>"
