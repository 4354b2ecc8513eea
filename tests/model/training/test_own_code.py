"""Networks and losses of one's own that misbehave: refused by name, before they are trained."""

import os
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from support.forked import forge
from support.program import Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole

NETWORK = """
import os, sys, warnings
import numpy as np
import torch
from torch import nn
calls = 0
class N(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(1, 1)
        {init}
    def forward(self, x):
        global calls
        calls += 1
        {forward}
        return self.l(x)
    {more}
"""
PARTS = ("first", "init", "forward", "more")
SMALL = ("-q", "--set", "train.epochs=12", "--set", "data.points=8")
IS_LATE = "if calls > 6: "

REFUSED = {
    "sys.exit(3)": ("first", "fails when imported: SystemExit: sys.exit(3)"),
    "raise KeyboardInterrupt": ("first", "fails when imported: KeyboardInterrupt"),
    "raise type('Own', (BaseException,), {})('so\\nso')": ("init", "N() fails: Own: so so"),
    "sys.exit()": ("init", "N() fails: SystemExit: sys.exit(None)"),
    "sys.exit(0)": ("forward", "cannot map x of shape (8, 1): SystemExit: sys.exit(0)"),
    "return self.forward(x)": ("forward", "RecursionError"),
    "return self.l(x).detach()": ("forward", "has no gradient for any of its parameters"),
    "return x * 2": ("forward", "has no gradient for any of its parameters"),
    "y = self.l(x).exp(); z = y.sin(); y.mul_(2); return z": (
        "forward",
        "has no gradient: Runtime",
    ),
    "self.double()": ("init", "its weights are float64, and x is float32"),
    "return self.l(x).double()": ("forward", "maps (8, 1) to (8, 1) float64; (N, 1) to (N, 1) flo"),
    "return [self.l(x)]": ("forward", "maps (8, 1) to list; (N, 1)"),
    "self.b = nn.Buffer(torch.ones(1).bfloat16())": (
        "init",
        "a torch.bfloat16 tensor in the train",
    ),
    "def get_extra_state(self): return object()": ("more", "a object in the training's state"),
    "def state_dict(self, *a, **k): sys.exit(0)": ("more", "SystemExit: sys.exit(0)"),
    "def parameters(self, recurse=True): raise OSError(5, 'x')": (
        "more",
        "before the first epoch: O",
    ),
    "def eval(self): raise ValueError('no')": ("more", "cannot map x of shape (8, 1): ValueError"),
}
LATE = {
    "raise ValueError('boom')": "fails in epoch 4: ValueError: boom",
    "sys.exit(0)": "fails in epoch 4: SystemExit: sys.exit(0)",
    "os._exit(0)": "fails in epoch 4: SystemExit: sys.exit(0)",
    "__import__('posix')._exit(0)": "fails in epoch 4: SystemExit: sys.exit(0)",
    "os.execl('/bin/true', 'true')": "fails in epoch 4: RuntimeError: os.execv: another program",
    "os.execvpe('true', ['true'], os.environ)": "fails in epoch 4: RuntimeError: os.execve: ano",
    "raise GeneratorExit": "fails in epoch 4: GeneratorExit",
    "return self.l(x)[:1]": "maps (8, 1) to (1, 1) float32",
    "return self.l(x).detach()": "fails in epoch 4: RuntimeError: element 0",
}


def write(path: Path, **parts: str) -> Path:
    whole = NETWORK.format(**{part: parts.get(part, "pass") for part in PARTS[1:]})
    path.write_text(whole.replace("import numpy", f"{parts.get('first', '')}\nimport numpy", 1))
    return path


@pytest.mark.parametrize("line", REFUSED)
def test_before_it_is_trained(fitreel: Fitreel, tmp_path: Path, line: str) -> None:
    part, message = REFUSED[line]
    own = write(tmp_path / "own.py", **{part: line})
    done = fitreel("train", *SMALL, "--set", f"network.module={own}:N")
    assert done.returncode == 65 and message in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
    assert not list(tmp_path.glob("runs/[!.]*"))


@pytest.mark.parametrize("line", LATE)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_what_only_a_step_shows(fitreel: Fitreel, tmp_path: Path, line: str) -> None:
    own = write(tmp_path / "own.py", forward=IS_LATE + line)
    done = fitreel("train", *SMALL, "--set", f"network.module={own}:N")
    assert done.returncode == 65 and LATE[line] in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("raise SystemExit", "fails on a prediction of shape (8, 1) and y of shape (8, 1): System"),
        ("e = (p - y).exp(); m = e.sin().mean(); e.mul_(2); return m", "has no gradient: Runtime"),
    ],
)
def test_losses(fitreel: Fitreel, tmp_path: Path, loss: str, message: str) -> None:
    (tmp_path / "own.py").write_text(f"def loss(p, y): {loss}")
    done = fitreel("train", *SMALL, "--set", f"train.loss={tmp_path}/own.py:loss")
    assert done.returncode == 65 and message in done.stderr, done.stderr


def test_a_file_beside_it_is_named(fitreel: Fitreel, tmp_path: Path) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "layers_of_mine.py").write_text("")
    own = write(folder / "own.py", first="import layers_of_mine.inner")
    done = fitreel("train", *SMALL, "--set", f"network.module={own}:N")
    assert done.returncode == 65 and "imports layers_of_mine, a file beside it" in done.stderr
    write(own, first="import nowhere_at_all")
    done = fitreel("train", *SMALL, "--set", f"network.module={own}:N")
    assert done.returncode == 65 and "No module named 'nowhere_at_all'" in done.stderr


CHANGES = """
np.seterr(all="raise"); warnings.simplefilter("error"); os.chdir("/"); sys.stdout = None
signal.signal(2, signal.SIG_IGN); signal.signal(15, signal.SIG_DFL)
sys.setrecursionlimit(150); torch.set_grad_enabled(False); torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
"""


@pytest.mark.parametrize("part", ["first", "forward"])
def test_what_it_changes_of_the_process_is_as_before(
    fitreel: Fitreel, tmp_path: Path, part: str
) -> None:
    folder = Path.cwd()
    before = (np.geterr(), sys.getrecursionlimit(), torch.is_grad_enabled(), len(warnings.filters))
    stops = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    changes = {"first": "import numpy as np, signal, torch" + CHANGES}
    if part == "forward":
        lines = CHANGES.strip().replace("torch.set_grad_enabled(False)", "0").splitlines()
        lines = [line.replace('torch.set_default_device("meta")', "0") for line in lines]
        changes = {"first": "import signal", part: IS_LATE + "; ".join(lines)}
    own = write(tmp_path / "own.py", **changes)
    done = fitreel("train", *SMALL, "--set", f"network.module={own}:N")
    assert (done.returncode, done.stderr) == (0, "") and list(tmp_path.glob("runs/[!.]*"))
    now = (np.geterr(), sys.getrecursionlimit(), torch.is_grad_enabled(), len(warnings.filters))
    assert now == before and Path.cwd() == folder and os.getcwd() == str(folder)  # noqa: PTH109
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == stops
    assert torch.get_default_dtype() == torch.float32
    assert torch.get_default_device().type == "cpu"


WHAT_IT_DOES = {
    "closes its streams": "sys.stdout.close(); sys.stderr.close()",
    "closes descriptors": "[os.close(number) for number in (0, 1, 2)]",
    "forks, and goes on in both": "os.fork()",
    "moves, and stays there": "os.chdir('/')",
}


@pytest.mark.parametrize("what", WHAT_IT_DOES)
def test_the_film_is_made_all_the_same(tmp_path: Path, what: str) -> None:
    """As without it, and once: no line of ours lands in a record, no child of its own goes on."""
    own = write(tmp_path / "own.py", forward=f"if calls == 7: {WHAT_IT_DOES[what]}")
    film = ("run", "--set", f"network.module={own}:N", "--set", "train.epochs=12", "-o", "a.gif")
    done = forge(*film, "--set", "data.points=8", "--set", "film.size=[64,48]", cwd=tmp_path)
    assert (done.code, done.stderr, done.orphans) == (0, "", []), done
    if "descriptors" not in what:
        assert "a.gif: 3 frames" in done.stdout and done.stdout.count("training on") == 1
    check_whole(tmp_path / "a.gif")
    (record,) = tmp_path.glob("runs/[!.]*")
    assert len(Record(record)) == 4
    assert {lock.read_bytes() for lock in tmp_path.rglob(".*.lock")} == {b""}
