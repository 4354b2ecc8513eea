"""Where a cluster is, as the command line says it: a scheduler's address, or a batch system."""

import re

from fitreel.model.errors import BadInput

BATCH_SYSTEMS = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "lsf": "LSFCluster",
    "sge": "SGECluster",
    "htcondor": "HTCondorCluster",
}
"""By the name that the command line knows it by, dask-jobqueue's class."""


ADDRESS = re.compile(r"(tcp|tls)://([\w.-]+|\[[0-9A-Fa-f:.]+(%\w+)?\]):([0-9]{1,5})")
MOST_PORTS = 65535


def check_address(text: str) -> None:
    """Make sure that it is one.

    Raises:
        BadInput: it is neither a scheduler's address nor the name of a batch system; the line
            doesn't repeat it, because it goes into logs, and addresses don't.
    """
    match = ADDRESS.fullmatch(text)
    is_address = match is not None and 1 <= int(match[4]) <= MOST_PORTS
    if not is_address and text not in BATCH_SYSTEMS:
        raise BadInput(
            "--cluster, or $FITREEL_CLUSTER: neither a scheduler's address, such as "
            f"tcp://host:8786 or tls://host:8786, nor one of {', '.join(BATCH_SYSTEMS)}"
        )
