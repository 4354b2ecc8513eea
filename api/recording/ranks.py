"""Which of several processes that train together this one is; no library is imported for it."""

import os
import sys


def is_distributed() -> bool:
    """Whether this is one of several processes that train together, as far as that is known."""
    return _number("WORLD_SIZE") > 1 or _has_torch_ranks() or _has_jax_ranks()


def rank(*, ask_jax: bool) -> int:
    """The number of this process, 0 where it is alone.

    Args:
        ask_jax: whether JAX may be asked, which makes it take hold of its devices.
    """
    if _number("WORLD_SIZE") > 1 and _number("RANK"):
        return _number("RANK")
    if _has_torch_ranks():
        return int(sys.modules["torch.distributed"].get_rank())
    # Alone, it would take hold of its devices for nothing.
    if ask_jax and _has_jax_ranks():
        return int(sys.modules["jax"].process_index())
    return 0


def _has_torch_ranks() -> bool:
    distributed = sys.modules.get("torch.distributed")
    return bool(distributed and distributed.is_available() and distributed.is_initialized())


def _has_jax_ranks() -> bool:
    jax = sys.modules.get("jax")
    distributed = getattr(jax, "distributed", None)
    return distributed is not None and getattr(distributed, "is_initialized", lambda: True)()


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else 0
