"""Where a cluster is, as the command line says it: a scheduler's address, or a batch system."""

from urllib.parse import urlsplit

from fitreel.model.errors import BadInput

BATCH_SYSTEMS = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "lsf": "LSFCluster",
    "sge": "SGECluster",
    "htcondor": "HTCondorCluster",
}
"""By the name that the command line knows it by, dask-jobqueue's class."""


def check_address(text: str) -> None:
    """Make sure that it is one.

    Raises:
        BadInput: it is neither a scheduler's address nor the name of a batch system.
    """
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and bool(parts.port)
        is_address &= not (parts.path or parts.query or parts.fragment or parts.username)
    except ValueError:
        is_address = False
    if not is_address and text not in BATCH_SYSTEMS:
        raise BadInput(
            f"--cluster {text!r}: give a scheduler's address, such as tcp://host:8786 or "
            f"tls://host:8786, or {', '.join(BATCH_SYSTEMS)}"
        )
