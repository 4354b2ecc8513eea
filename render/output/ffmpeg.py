"""The ffmpeg process: started, fed, watched, ended and its words quoted.

ffmpeg is never trusted: a child that dies, stalls or refuses is an error that quotes what it said,
and the caller gets to look at its stop flag at least every 0.2 s whatever ffmpeg does.

When we are killed, ffmpeg meets the end of its input and would finish its file first; one that is
stopped or hangs would stay for ever. So a guard kills it: a shell that waits for the end of a pipe
of ours, and leads the group of processes that ffmpeg is started in. What is on its way to become
ffmpeg holds that pipe, too, until it is in the group, so there is no instant at which our end
leaves it. Linux's PR_SET_PDEATHSIG needs a `preexec_fn`, which is unsafe beside threads, slow in a
large process, and ends ffmpeg already when the thread that started it ends.
"""

import errno
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from fitreel.model.errors import CannotWrite, FitreelError, Unavailable
from fitreel.model.system.processes import (
    broken_pipes_raise,
    group_of_its_own,
    kill_group,
    passes_descriptors,
    ready_pipe,
    takes_more,
    wait_for,
)

# The caller's stop flag is looked at this often, in seconds.
_LOOK = 0.2

# Without any sign of life for so long, in seconds, ffmpeg is taken for dead.
PATIENCE = 60.0

# Bytes that a pipe may hold, at most, of an ordinary user.
_PIPE_SIZE = 1 << 20

# What Linux, and what Windows says when nobody reads a pipe any more.
_PIPE_IS_BROKEN = (errno.EPIPE, errno.EINVAL)

_NOTHING = memoryview(b"")

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

# Lines that only say that something went wrong.
_EMPTY_WORDS = ("Conversion failed!", "Exiting normally", "Error opening output files:")


def ffmpeg_path() -> str:
    """The ffmpeg binary that is used: `$IMAGEIO_FFMPEG_EXE`, imageio-ffmpeg's, or the system's.

    Raises:
        Unavailable: there is none.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise Unavailable(f"no ffmpeg here: {str(error).splitlines()[0]}") from error


def seek_ffmpeg() -> None:
    """Begin to look for ffmpeg beside other work: imageio-ffmpeg tries it out, which takes 0.03 s.

    What is found, or isn't, `ffmpeg_path` tells.
    """

    def seek() -> None:
        with suppress(Unavailable, OSError):
            ffmpeg_path()

    with suppress(RuntimeError):  # no thread to be had: it is looked for when it is needed
        threading.Thread(target=seek, daemon=True).start()


def has_encoder(name: str) -> bool:
    """Whether this ffmpeg has the encoder `name` (such as "libx264"); one that tells nothing, may.

    Raises:
        Unavailable: there is no ffmpeg, or it doesn't run.
    """
    lines = run_briefly(["-hide_banner", "-encoders"]).decode(errors="replace").splitlines()
    return not lines or any(line.split()[1:2] == [name] for line in lines)


_running: list["Encoder"] = []


def kill_encoders() -> None:
    """End all that run, before who ends the program at once removes what they write.

    One that is still starting would make its file again.
    """
    for encoder in list(_running):
        encoder.kill()


def run_briefly(arguments: Sequence[str], limit: float = 30.0) -> bytes:
    """What ffmpeg prints to its stdout when called with `arguments`, within `limit` seconds.

    Raises:
        Unavailable: there is no ffmpeg, or it doesn't run or end.
    """
    binary = ffmpeg_path()
    guard = _Guard()
    try:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [binary, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            **guard.group(),
        )
    except OSError as error:
        guard.dismiss()
        raise _does_not_start(binary, error) from error
    try:
        return process.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired as error:
        guard.kill(process)
        process.communicate()
        raise Unavailable(f"{binary} does not answer") from error
    finally:
        guard.dismiss()


class _Guard:
    """Ends a process, and its whole group, when ours ends, however it ends."""

    # It waits for the end of the pipe, which our end brings, then ends its group and itself.
    _SCRIPT = "read -r nothing; kill -s KILL 0"

    def __init__(self) -> None:
        """Start it, before the one that it watches. Where it can't be started there is none."""
        self._process: subprocess.Popen[bytes] | None = None
        if not hasattr(os, "killpg"):
            return
        with suppress(OSError):
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", self._SCRIPT],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",  # it holds no folder of the user's
                env={},
                process_group=0,  # what is sent to our group must not end it first
            )

    def group(self) -> dict[str, Any]:
        """What `Popen` takes to start the process that is watched: one a guard."""
        if self._process is None:
            return group_of_its_own()
        return {"process_group": self._process.pid}

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """End the process that is watched, which isn't waited for yet, and all that it started."""
        kill_group(process if self._process is None else self._process)

    def descriptors(self) -> list[int]:
        """Of what it waits for."""
        if self._process is None or self._process.stdin is None:
            return []
        return [self._process.stdin.fileno()]

    def dismiss(self) -> None:
        """Let it go. May be called at any time, also twice."""
        if self._process is not None and self._process.stdin is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = None


class Encoder:
    """One running ffmpeg that reads raw frames from us and writes one file."""

    def __init__(
        self,
        arguments: Sequence[str],
        output: Path,
        label: Path,
        *,
        needs: str,
        inputs: Sequence[IO[bytes]] = (),
        check: Callable[[], None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Start ffmpeg.

        Args:
            arguments: all but the binary and the output; it reads its frames from `pipe:0`.
            output: the file that ffmpeg writes, which may exist already.
            label: the name of it that a user knows, for messages.
            needs: the encoder that ffmpeg must have.
            inputs: more open files for it to read, under the same descriptors (`pipe:N`).
            check: called at least every 0.2 s while ffmpeg is waited for; may raise.
            patience: seconds without a sign of life after which ffmpeg is given up.

        Raises:
            Unavailable: there is no ffmpeg, or it can't be started.
            CannotWrite: no room for a temporary file.
        """
        binary = ffmpeg_path()
        self._output = output
        self._label = label
        self._needs = needs
        self._check = check
        self._patience = patience
        try:
            # A file, not a pipe, which could fill and stop everything.
            self._words = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the process is)
        except OSError as error:
            raise CannotWrite(f"cannot write a temporary file: {error.strerror}") from error
        self._guard = _Guard()
        try:
            self._process = self._started([binary, *arguments, "-y", f"file:{output}"], inputs)
        except OSError as error:
            self._guard.dismiss()
            self._discard()
            raise _does_not_start(binary, error) from error
        self.pieces = 0
        """How many it was given whole."""
        self._rest, self._counts = _NOTHING, list[int]()  # what is being written; bytes taken
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()
        ready_pipe(self._pipe, _PIPE_SIZE)
        _running.append(self)

    def _started(
        self, command: Sequence[str], inputs: Sequence[IO[bytes]]
    ) -> "subprocess.Popen[bytes]":
        descriptors: list[int] = []
        self._copies: dict[str, str] = {}
        """Where a program can't be given our open files: the names under which it has them."""
        for file in inputs:
            if passes_descriptors():
                descriptors.append(file.fileno())
            else:
                with tempfile.NamedTemporaryFile(prefix="fitreel-", delete=False) as copy:
                    self._copies[f"pipe:{file.fileno()}"] = f"file:{copy.name}"
                    shutil.copyfileobj(file, copy)
        return subprocess.Popen(
            [self._copies.get(argument, argument) for argument in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            bufsize=0,
            env=_environment(),
            pass_fds=descriptors,
            # A terminal's Ctrl-C is for us, who end it in our own time.
            **self._guard.group(),
        )

    def write(self, content: memoryview) -> None:
        """Give `content` to ffmpeg; where that is cut off, what is left of it goes first next time.

        Raises:
            CannotWrite: ffmpeg has died, with its own words, or takes nothing any more.
            Unavailable: ffmpeg lacks the encoder.
        """
        self.flush()
        self._rest, self._counts = content, []
        try:
            self.flush()
        except BaseException:
            # The caller may use its memory again; what ffmpeg has nothing of is as if never sent.
            self._rest = memoryview(bytes(content if any(self._counts) else b""))
            raise

    def flush(self) -> None:
        """Give ffmpeg the rest of a piece whose writing was cut off, by Ctrl-C or whatever else.

        Raises:
            CannotWrite: ffmpeg has died, with its own words, or takes nothing any more.
            Unavailable: ffmpeg lacks the encoder.
        """
        if self._check:
            self._check()
        alive = time.monotonic()
        while rest := self._rest[sum(self._counts) :]:
            before = len(self._counts)
            try:
                # Within one call: between two, a signal's exception would lose the count.
                with broken_pipes_raise():
                    self._counts.extend(map(os.write, (self._pipe,), (rest,)))
            except BlockingIOError:
                pass
            except OSError as error:
                if error.errno in _PIPE_IS_BROKEN:
                    raise self._died() from None
                raise CannotWrite(f"cannot write {self._label}: {error.strerror}") from error
            if len(self._counts) > before:
                alive = time.monotonic()
            elif not takes_more(self._pipe, _LOOK):
                if self._check:
                    self._check()
                if time.monotonic() - alive > self._patience:
                    raise self._stalled()
        self.pieces += bool(self._counts)
        self._rest, self._counts = _NOTHING, []

    def finish(self) -> None:
        """End ffmpeg's input and wait until it has finished its file.

        Raises:
            CannotWrite: ffmpeg ended with an error, or shows no sign of life.
            Unavailable: ffmpeg lacks the encoder.
        """
        self.flush()
        self._close_pipe()
        sign = self._sign_of_life()
        alive = time.monotonic()
        while True:
            try:
                code = wait_for(self._process, _LOOK)
                break
            except subprocess.TimeoutExpired:
                if self._check:
                    self._check()
                newer = self._sign_of_life()
                if newer != sign:
                    sign, alive = newer, time.monotonic()
                elif time.monotonic() - alive > self._patience:
                    raise self._stalled() from None
        self._guard.dismiss()
        if code:
            raise self._failed(code)
        self._discard()

    def words(self) -> str:
        """What ffmpeg has said last: up to two lines."""
        try:
            end = self._words.seek(0, os.SEEK_END)
            self._words.seek(max(0, end - 8192))
            text = self._words.read().decode(errors="replace")
        except (OSError, ValueError):
            return ""
        text = text.replace(str(self._output), str(self._label))
        lines = [line.strip() for line in text.splitlines()]
        telling = [line for line in lines if line and not line.startswith(_EMPTY_WORDS)]
        return "; ".join(telling[-2:])[:600]

    def kill(self) -> None:
        """End ffmpeg at once, and reap it. May be called at any time, also twice."""
        if self._process.poll() is None:
            self._guard.kill(self._process)
        self._close_pipe()
        # A process in the middle of a system call that never returns can't be reaped; leave it.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._guard.dismiss()
        self._discard()

    def descriptors(self) -> list[int]:
        """Of all that keeps it, or its guard, waiting."""
        pipe = self._process.stdin
        own = [] if pipe is None or pipe.closed else [pipe.fileno()]
        return own + self._guard.descriptors()

    def _discard(self) -> None:
        with suppress(ValueError):
            _running.remove(self)
        self._words.close()
        for name in self._copies.values():
            with suppress(OSError):
                Path(name.removeprefix("file:")).unlink(missing_ok=True)

    def _close_pipe(self) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _sign_of_life(self) -> tuple[int, int]:
        try:
            status = self._output.stat()
        except OSError:
            return (0, 0)
        return (status.st_size, status.st_mtime_ns)

    def _died(self) -> FitreelError:
        """The error for a broken pipe: ffmpeg has ended, or has closed its input and hangs on."""
        try:
            return self._failed(self._process.wait(min(5.0, self._patience)))
        except subprocess.TimeoutExpired:
            return self._stalled()

    def _failed(self, code: int) -> FitreelError:
        if code < 0:
            how = f"ffmpeg was ended by a signal ({signal.strsignal(-code) or -code})"
        elif code:
            how = f"ffmpeg ended with code {code}"
        else:
            how = "ffmpeg ended before it had read every frame"
        if (refusal := self._refusal()) is not None:
            return CannotWrite(f"cannot write {self._label}: {refusal.strerror}")
        words = self.words()
        # Only asked after a failure, and of ffmpeg's own list: its messages change.
        with suppress(Unavailable):
            if code > 0 and not has_encoder(self._needs):
                return Unavailable(
                    f"this ffmpeg has no {self._needs}, which {self._label} needs: {words}"
                )
        return CannotWrite(f"cannot write {self._label}: {how}" + (f": {words}" if words else ""))

    def _refusal(self) -> OSError | None:
        """What the system says of more bytes in the file, which is given up: that its disk is full.

        Or that a quota is used up, or a file too large. ffmpeg says so, too, in more lines.
        """
        try:
            with self._output.open("r+b") as file:
                file.seek(0, os.SEEK_END)
                file.write(bytes(1 << 16))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return error if error.errno in _NO_ROOM else None
        return None

    def _stalled(self) -> CannotWrite:
        words = self.words()
        return CannotWrite(
            f"cannot write {self._label}: ffmpeg has done nothing for {self._patience:g} s"
            + (f": {words}" if words else "")
        )


def _does_not_start(binary: str, error: OSError) -> Unavailable:
    return Unavailable(
        f"cannot start ffmpeg ({binary}): {error.strerror}; "
        "set IMAGEIO_FFMPEG_EXE to one that runs, or unset it"
    )


def _environment() -> dict[str, str]:
    """What ffmpeg needs to start, in a language and a number format that are always the same."""
    names = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    return {name: os.environ[name] for name in names if name in os.environ} | {"LC_ALL": "C"}
