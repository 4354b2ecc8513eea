"""Which of several processes that train together this one is; no library is imported for it."""

import os
import sys


def rank(*, ask_jax: bool) -> int:
    """The number of this process, 0 where it is alone.

    Args:
        ask_jax: whether JAX may be asked, which makes it take hold of its devices.
    """
    if _number("WORLD_SIZE") > 1 and _number("RANK"):
        return _number("RANK")
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank())
    jax = sys.modules.get("jax")
    # Alone, it would take hold of its devices for nothing.
    is_initialized = getattr(getattr(jax, "distributed", None), "is_initialized", None)
    if ask_jax and jax is not None and (is_initialized is None or is_initialized()):
        return int(jax.process_index())
    return 0


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else 0
