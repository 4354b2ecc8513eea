"""The fingerprint of a job: a digest of all that decides the numbers of its training."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fitreel.jobs.job.job import Job
from fitreel.model.settings import OF_FILES

FINGERPRINT_FORMAT = 1
"""Raised when the same settings come to mean other numbers."""
LOG_SCHEDULE = 2
"""Which epochs `snapshot_at = "log"` keeps; the first kept fewer than it promised."""


MOST_GPUS = 16
"""Of a machine on which records were made while the number of a GPU counted."""


def fingerprint(
    job: Job,
    data: Mapping[str, Any],
    own_code: Mapping[str, list[str]],
    device: str | None = None,
) -> str:
    """SHA-256, 64 hexadecimal digits. Which of several GPUs it is doesn't count.

    Args:
        job: what can't change a number (its name, film and comparison) doesn't count.
        data: what stands for the content of its data: "file" or "function", and what else is to
            stand there; how a file is read doesn't count beside its numbers.
        own_code: what stands for Python files of the user's own, by key: digest and name.
        device: what counts as its device; None: its kind.
    """
    content: dict[str, Any] = {
        "format": FINGERPRINT_FORMAT,
        "seed": job.seed,
        "data": job.data.model_dump(mode="json", exclude_defaults=True, exclude={*OF_FILES})
        | dict(data),
        "network": job.network.model_dump(mode="json", exclude_defaults=True),
        "train": job.train.model_dump(mode="json", exclude_defaults=True),
    }
    if job.train.device.startswith("cuda"):
        content["train"]["device"] = device or "cuda"
    if job.train.snapshot_at == "log":
        content["log"] = LOG_SCHEDULE
    if "network.module" in own_code:
        content["network"]["module"] = own_code["network.module"]
    else:
        content["network"]["activations"] = list(job.network.activation_names)
    if "train.loss" in own_code:
        content["train"]["loss"] = own_code["train.loss"]
    elif job.train.loss == "mse":  # which is what it is where nobody says
        del content["train"]["loss"]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprints_by_gpu(
    job: Job, data: Mapping[str, Any], own_code: Mapping[str, list[str]]
) -> tuple[str, ...]:
    """What the same job may have had while the number of its GPU counted; arguments as above."""
    if not job.train.device.startswith("cuda"):
        return ()
    devices = dict.fromkeys([job.train.device, *(f"cuda:{n}" for n in range(MOST_GPUS))])
    return tuple(fingerprint(job, data, own_code, each) for each in devices if each != "cuda")
