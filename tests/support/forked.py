"""The program in forked processes, with faults of the caller's choice, at a tenth of the price.

One process imports torch and matplotlib once; for every call it forks a child, a process of its own
that installs the signal handlers, runs the whole command line and ends as the program does. What a
fault does is in `Fault`: it counts the calls that change files and kills the process at one of
them, bounds file sizes or memory, or takes away what makes writing safe (for naive controls).
"""

import atexit
import builtins
import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from support.program import ROOT
from support.refusing import library

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Fault:
    """What goes wrong in one call of the program."""

    kill_at: int = 0
    """The number, from 1, of the call that changes files at which SIGKILL comes; 0: none."""
    kill: str = "before"
    """before, after, or in the middle of it: half of what a write writes."""
    kill_with: str = ""
    """SIGKILL comes as soon as a program with this in its path is started; empty: not so."""
    count_to: str = ""
    """A file to write the number of such calls to, at the end."""
    largest_file: int = 0
    """RLIMIT_FSIZE in bytes; 0: none."""
    memory: int = 0
    """RLIMIT_AS in bytes over what is taken already; 0: none."""
    chunk: int = 0
    """Bytes after which a chunk of snapshots is written; 0: as the program has it."""
    naive: Sequence[str] = ()
    """Of: direct (files are written under their final names), unsynced, unsealed, undigested,
    unswept, unhandled (signals), unguarded (ffmpeg); without-random and without-optimizer (what a
    resume forgets)."""
    user: int = 0
    """Run as this user; 0: as who we are."""
    signals: Sequence[tuple[float, int]] = ()
    """Seconds after the start, in their order, and the signal that comes then."""
    after: str = ""
    """A pattern in the current folder: the seconds count from when there is such a file."""
    seconds: float = 100.0


@dataclass
class Done:
    """How it ended."""

    code: int
    """The exit code; -N where signal N ended it."""
    stdout: str
    stderr: str
    seconds: float
    memory: int
    """The most memory that it used, in bytes."""
    handled: Sequence[bool] = ()
    """Of each signal that was sent: whether the program had begun to take signals by then."""
    seconds_after: float = 0.0
    """From the first signal to the end."""
    orphans: Sequence[str] = ()
    """Processes that it started and that were there five seconds after its end."""

    @property
    def killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == -9


@dataclass
class Forge:
    """The process that forks; with the library of `refusing` in front, where there is one."""

    _process: "subprocess.Popen[str] | None" = field(default=None, init=False)

    def __call__(
        self,
        *arguments: str,
        cwd: Path,
        fault: Fault | None = None,
        env: dict[str, str] | None = None,
    ) -> Done:
        """Run the program in `cwd`; `env` is added to the environment."""
        if self._process is None:
            preloaded = library()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "support.forked"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ
                | {"PYTHONPATH": str(ROOT / "tests")}
                | ({"LD_PRELOAD": str(preloaded)} if preloaded else {}),
            )
            atexit.register(self.close)
        assert self._process.stdin is not None and self._process.stdout is not None
        asked = {
            "arguments": arguments,
            "cwd": str(cwd),
            "fault": asdict(fault or Fault()),
            "env": env or {},
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        try:
            return Done(**json.loads(self._process.stdout.readline()))
        except BaseException:  # the next call must not get this one's answer
            self._process.kill()
            self._process = None
            raise

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


forge = Forge()
"""Started when it is first called."""


@cache
def record() -> Path:
    """A record of twelve snapshots in four chunks, made once. Read only."""
    folder = Path(tempfile.mkdtemp(prefix="forked-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    asked = ("--set", "train.epochs=60", "--set", "train.optimizer=Adam")
    assert forge("train", *asked, "-o", "r", "-q", cwd=folder, fault=Fault(chunk=15_000)).code == 0
    return folder / "r"


@cache
def film(name: str, size: str = "320,240") -> Path:
    """A film of that record, made once. Read only."""
    folder = record().parent / size
    folder.mkdir(exist_ok=True)
    command = ("render", str(record()), "-o", name, "-q", "--set", f"film.size=[{size}]")
    assert forge(*command, cwd=folder).code == 0
    return folder / name


# In the forking process


def serve() -> None:
    """Answer questions until there are no more."""
    import fitreel.jobs
    import fitreel.model
    import fitreel.render
    from fitreel.render.mpl import own_process

    own_process.declare_own()
    import matplotlib
    import torch

    importlib.import_module("torch._dynamo")  # what building an optimizer imports
    for package in (fitreel.jobs, fitreel.render, fitreel.model):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    import imageio.plugins.pillow
    import PIL.Image

    PIL.Image.init()
    assert imageio.plugins.pillow
    # What a child of ours leaves behind becomes our own.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()  # what is never touched is never copied
    assert matplotlib.get_backend()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_fork(asked)), flush=True)


def _fork(asked: dict[str, Any]) -> dict[str, Any]:
    # Pipes, not files, whose size may be bounded; what is said fits in them.
    outputs = [os.pipe(), os.pipe()]
    for read, _ in outputs:
        fcntl.fcntl(read, fcntl.F_SETPIPE_SZ, 1 << 20)
    started = time.monotonic()
    # What Python does after a fork swallows a KeyboardInterrupt.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    child = os.fork()
    if not child:
        try:
            # A KeyboardInterrupt may be lost in a destructor; what the default does isn't.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            _play(asked, outputs[0][1], outputs[1][1])
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    deadline = started + asked["fault"]["seconds"]
    signals = list(asked["fault"]["signals"])
    handled: list[bool] = []
    signalled = 0.0
    begun, after = started, asked["fault"]["after"]
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if after and list(Path(asked["cwd"]).glob(after)):
            begun, after = time.monotonic(), ""
        if signals and not after and time.monotonic() - begun >= signals[0][0]:
            handled.append(_takes_signals(child))
            signalled = signalled or time.monotonic()
            os.kill(child, signals.pop(0)[1])
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGABRT)
        time.sleep(0.002)
    now = time.monotonic()
    took = now - started
    said = []
    for read, write in outputs:
        os.set_blocking(read, False)
        try:
            said.append(os.read(read, 1 << 20).decode(errors="replace"))
        except BlockingIOError:
            said.append("")
        os.close(read)
        os.close(write)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "stdout": said[0],
        "stderr": said[1],
        "seconds": took,
        "memory": usage.ru_maxrss * 1024,
        "handled": handled,
        "seconds_after": now - signalled if signalled else 0.0,
        "orphans": _orphans(now + 5),
    }


def _takes_signals(process: int) -> bool:
    """Whether it has a handler for SIGTERM."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


def _orphans(deadline: float) -> list[str]:
    """What is still there at `deadline` of the processes that a child left to us; then it goes."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        left = [int(number) for number in children.read_text().split()]
        if not left:
            return []
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    names = []
    while left:  # a shell that goes leaves us its own
        for process in left:
            command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ")
            names.append(command.decode(errors="replace"))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        left = [int(number) for number in children.read_text().split()]
    return names


def _play(asked: dict[str, Any], out: int, err: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((null, 0), (out, 1), (err, 2)):
        os.dup2(here, there)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False, errors="backslashreplace", buffering=1)
    os.chdir(asked["cwd"])
    for name, value in asked["env"].items():
        os.environ[name] = value
    sys.argv = ["fitreel", *asked["arguments"]]
    fault = Fault(**asked["fault"])
    naive(fault.naive)
    if fault.chunk:
        from fitreel.model.record import writer as recorder

        recorder.BYTES_A_CHUNK = fault.chunk
    limit(fault)
    count(fault)
    killed_with(fault.kill_with)
    from fitreel.jobs.main import main

    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(code or 0)  # tearing torch down takes 0.2 s


def limit(fault: Fault) -> None:
    """Bound what this process may take."""
    if fault.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.largest_file, fault.largest_file))
    if fault.memory:
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + fault.memory, taken + fault.memory))
    if fault.user:
        os.setgroups([])
        os.setresgid(fault.user, fault.user, fault.user)
        os.setresuid(fault.user, fault.user, fault.user)


# Calls that change files


def count(fault: Fault) -> None:
    """Count them, and be killed at one."""
    if not (fault.kill_at or fault.count_to):
        return
    counted = 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def now() -> str:
        nonlocal counted
        counted += 1
        if counted != fault.kill_at:
            return ""
        if fault.kill == "before":
            die()
        return fault.kill

    def wrapped(call: Any) -> Any:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            mine = now()
            try:
                return call(*arguments, **options)
            finally:
                if mine:
                    die()

        return wrapper

    for name in (
        *("rename", "replace", "unlink", "remove", "rmdir", "mkdir", "chmod", "symlink", "link"),
        *("fsync", "ftruncate", "truncate", "utime", "posix_fallocate", "copy_file_range"),
    ):
        setattr(os, name, wrapped(getattr(os, name)))

    write = os.write

    def os_write(descriptor: int, content: Any) -> int:
        if descriptor in (1, 2):
            return write(descriptor, content)
        mine = now()
        if mine == "middle":
            write(descriptor, memoryview(content).cast("B")[: len(content) // 2])
            die()
        done = write(descriptor, content)
        if mine:
            die()
        return done

    os.write = os_write  # type: ignore[assignment]

    opening = os.open

    def os_open(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        if not flags & (os.O_CREAT | os.O_TRUNC):
            return opening(path, flags, *arguments, **options)
        return wrapped(opening)(path, flags, *arguments, **options)  # type: ignore[no-any-return]

    os.open = os_open

    plain = io.open

    class Writing:
        """A file whose writes are counted."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def __enter__(self) -> "Writing":
            return self

        def __exit__(self, *told: Any) -> None:
            self.close()

        def __iter__(self) -> Any:
            return iter(self.file)

        def write(self, content: Any) -> Any:
            mine = now()
            if mine == "middle":
                self.file.write(content[: len(content) // 2])
                self.file.flush()
                die()
            done = self.file.write(content)
            if mine:
                self.file.flush()
                die()
            return done

        def close(self) -> None:
            wrapped(self.file.close)()

        def truncate(self, *arguments: Any) -> Any:
            return wrapped(self.file.truncate)(*arguments)

    def io_open(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if not set(mode) & set("wax+"):
            return plain(file, mode, *arguments, **options)
        opened = wrapped(plain)(file, mode, *arguments, **options)
        return Writing(opened)

    io.open = io_open
    builtins.open = io_open
    if fault.count_to:
        atexit.register(lambda: Path(fault.count_to).write_text(str(counted)))


def killed_with(name: str) -> None:
    """Be killed as soon as a program with `name` in its path is started, before that is known."""
    start = subprocess.Popen._execute_child  # type: ignore[attr-defined]

    def killed(self: Any, command: Any, *arguments: Any) -> None:
        start(self, command, *arguments)
        if name and name in str(command[0]):
            os.kill(os.getpid(), signal.SIGKILL)

    subprocess.Popen._execute_child = killed  # type: ignore[attr-defined]


# What makes writing safe, taken away: the naive controls


def naive(what: Sequence[str]) -> None:
    """Take it away."""
    from fitreel.model.system import files

    if "direct" in what:

        def in_place(temporary: Path, path: Path, check: Any = None) -> None:
            """Nothing: it is there already."""

        def empty_file(path: Path) -> Path:
            path.write_bytes(b"")
            return path

        def empty_folder(path: Path) -> Path:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            return path

        @contextmanager
        def replacing(path: Path, label: Any = None) -> Any:
            yield empty_file(path)

        _everywhere(files.temporary_name, lambda path: path)
        _everywhere(files.temporary_file, empty_file)
        _everywhere(files.temporary_folder, empty_folder)
        _everywhere(files.discard, lambda temporary: None)
        _everywhere(files.put_in_place, in_place)
        _everywhere(files.put_folder_in_place, in_place)
        _everywhere(files.replacing, replacing)
    if "unsynced" in what:
        os.fsync = lambda descriptor: None
    if "unsealed" in what:
        from fitreel.render.metadata import checksum as seal

        _everywhere(seal.check_whole, lambda path: None)
    if "unhandled" in what:
        from fitreel.jobs.runtime import signals

        signals.install = lambda: None
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if "unguarded" in what:
        from fitreel.render.output import ffmpeg

        ffmpeg._Guard._SCRIPT = "read -r nothing"
    if "unswept" in what:
        _everywhere(files.sweep, lambda folder, name=None: None)
    if "undigested" in what:
        from fitreel.model.record import chunk
        from fitreel.model.record import reader as record

        read, digest_of = record.Record._tensors, record.digest_of

        def tensors(self: Any, path: Path) -> Any:
            match = record.NAMES.fullmatch(path.name)
            record.digest_of = lambda content: match[3] if match else ""
            try:
                return read(self, path)
            finally:
                record.digest_of = digest_of

        record.Record._tensors = tensors  # type: ignore[method-assign]
        read_tensors = chunk.read_tensors

        def of_a_chunk(file: Any, size: int, names: Any) -> Any:
            match = record.NAMES.fullmatch(Path(file.name).name)
            return replace(read_tensors(file, size, names), digest=match[3] if match else "")

        chunk.read_tensors = of_a_chunk
    forgotten = {"without-random", "without-optimizer"} & set(what)
    if forgotten:
        from fitreel.model.training import checkpoint as state

        load = state.load_checkpoint

        def forgetful(training: Any, tensors: Any, tree: str) -> None:
            import torch

            random, shuffling = torch.get_rng_state(), training.shuffling.get_state()
            if "without-optimizer" in forgotten:
                training.optimizer.load_state_dict = lambda content: None
            load(training, tensors, tree)
            if "without-random" in forgotten:
                torch.set_rng_state(random)
                training.shuffling.set_state(shuffling)

        state.load_checkpoint = forgetful


def _everywhere(function: Any, instead: Any) -> None:
    """Put `instead` in place of `function` in every module of ours that names it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("fitreel."):
            for key, value in list(vars(module).items()):
                if value is function:
                    setattr(module, key, instead)


if __name__ == "__main__":
    serve()
