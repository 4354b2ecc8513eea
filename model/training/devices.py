"""Where a training runs, and on how many threads."""

import os
import platform
import re

import torch

from fitreel.model.errors import BadInput, Unavailable
from fitreel.model.system.processes import WORKER_NUMBER, cores

SMALL = 50_000_000
"""Parameters times points of a step under which one on a GPU costs more than on the CPU."""
ONE_THREAD = 5_000_000
"""Parameters times points of a step under which a second thread costs more than it brings."""


def choose_device(device_name: str, work: int) -> tuple[torch.device, str]:
    """The device, and why it was chosen in a few words.

    Args:
        device_name: auto, cpu, cuda, cuda:N or mps.
        work: parameters times the points of a step.

    Raises:
        Unavailable: the device asked for is not on this machine.
    """
    has_cuda = torch.cuda.is_available()
    has_mps = torch.backends.mps.is_available()
    if device_name == "auto":
        if work < SMALL:
            return torch.device("cpu"), "auto: the CPU is faster for steps this small"
        if has_cuda:
            return _own_gpu(), "auto"
        return torch.device("cpu"), "auto: there is no GPU here"
    device = torch.device(device_name)
    if device.type == "cuda" and (not has_cuda or (device.index or 0) >= torch.cuda.device_count()):
        count = torch.cuda.device_count() if has_cuda else 0
        raise Unavailable(f'train.device = "{device_name}": this machine has {count} CUDA devices')
    if device.type == "mps" and not has_mps:
        raise Unavailable(f'train.device = "{device_name}": this machine has no MPS device')
    if device_name == "cuda":
        device = _own_gpu()
    return device, "as asked"


def _own_gpu() -> torch.device:
    """The GPU of this process: one of the machine's, by turns, where it is one of many workers."""
    turn = os.environ.get(WORKER_NUMBER, "")
    count = torch.cuda.device_count()
    if not turn.isdigit() or count < 2:
        return torch.device("cuda")
    return torch.device("cuda", int(turn) % count)


def devices_here() -> str:
    """Torch's version and what it can train on here, as "2.13.0 on cpu, cuda:0 (name)"."""
    devices = ["cpu"]
    if torch.cuda.is_available():
        count = torch.cuda.device_count()
        devices += [f"cuda:{n} ({torch.cuda.get_device_name(n)})" for n in range(count)]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return f"{torch.__version__} on {', '.join(devices)}"


def choose_threads(work: int) -> int:
    """Threads for torch: one for small steps, where two were up to 100 times slower.

    On a busy machine they wait for each other in every operation of every step. For larger steps
    as many as OMP_NUM_THREADS says, or as there are cores.

    Args:
        work: parameters times the points of a step.
    """
    return 1 if work < ONE_THREAD else _most_threads()


def _most_threads() -> int:
    # OpenMP takes a list, one number a level of nesting, and passes over what is no number.
    most = re.fullmatch(r"\s*(\d{1,6})\s*(,.*)?", os.environ.get("OMP_NUM_THREADS", ""))
    return int(most[1]) if most and int(most[1]) else cores()


def environment(device: torch.device) -> dict[str, str | int]:
    """What decides the last bits of a training besides the job; no names of hosts or users."""
    kind = torch.backends.cpu.get_cpu_capability()
    return {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "cpu": f"{platform.machine()} {kind}",
        "threads": torch.get_num_threads(),
    }


def check_memory(work: int, parameters: int) -> None:
    """Refuse a job that would be killed for want of memory.

    Args:
        work: numbers that one pass over the points keeps for its backward pass.
        parameters: weights and biases.

    Raises:
        BadInput: it would take more than this machine has.
    """
    need = 4 * (3 * work + 4 * parameters)
    if not hasattr(os, "sysconf"):
        return
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return
    if need > 0.7 * total:
        raise BadInput(
            f"network.hidden: training needs about {need / 1e9:.0f} GB of memory and this "
            f"machine has {total / 1e9:.0f}; take fewer neurons, points or grid points"
        )
