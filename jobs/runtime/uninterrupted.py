"""Work that Ctrl-C does not cut off."""

import threading
from collections.abc import Callable


def uninterrupted(work: Callable[[], None]) -> None:
    """Do `work` to its end, and only then let Ctrl-C on its way: people press it twice.

    A signal's exception comes to the main thread alone. Where it comes once more, nobody waits.
    """
    errors: list[BaseException] = []
    done = threading.Event()  # a thread's join that is interrupted takes it for ended

    def note() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=note, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # at the interpreter's end there is none to be had
        work()
        return
    try:
        done.wait()
    except BaseException:
        done.wait()
        raise
    finally:
        if done.is_set():
            thread.join()
    if errors:
        raise errors[0]
