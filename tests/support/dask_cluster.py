"""A Dask cluster of real processes on this machine, until its stdin ends: `python -m` this file.

It prints the scheduler's address when all workers are there; WORKERS says how many, PROTOCOL how
they are reached.
"""

import os
import sys

from distributed import LocalCluster, Security


def main() -> None:
    cluster = LocalCluster(
        n_workers=int(os.environ.get("WORKERS", "2")),
        threads_per_worker=1,
        protocol=os.environ.get("PROTOCOL", "tcp://"),
        security=Security() if "PROTOCOL" in os.environ else None,
        dashboard_address=None,
        silence_logs=50,
        worker_dashboard_address=None,
    )
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
