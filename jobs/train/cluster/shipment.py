"""What one worker is sent at once: trainings that take moments travel together."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fitreel.jobs.train.cluster.connection import Host
from fitreel.jobs.train.cluster.host import SECONDS
from fitreel.jobs.train.cluster.parcel import Parcel
from fitreel.jobs.train.cluster.share import Share

MOST_SHARES = 32
MOST_BYTES = 1 << 22
"""Of records and files, from which on nothing more is put to them."""


@dataclass
class Shipment:
    """Shares that one worker has been sent, and trains one after the other."""

    host: Host
    name: str = field(default_factory=lambda: f"fitreel-{uuid.uuid4().hex}")
    shares: list[Share] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    """Of each share; sent, none is kept."""
    future: Any = None
    sent_at: float = 0.0

    def add(self, share: Share, parcel: Parcel) -> None:
        """Put one more to it."""
        share.address, share.host, share.sent_at = (
            self.host.address,
            self.host.name,
            time.monotonic(),
        )
        self.shares.append(share)
        self.parcels.append(parcel)

    def takes(self, share: Share, most: int) -> bool:
        """Whether one more may go along; what has taken its worker with it travels alone."""
        return not self.shares or (
            len(self.shares) < most
            and not share.attempts
            and not self.shares[0].attempts
            and sum(parcel.size for parcel in self.parcels) < MOST_BYTES
        )

    def cut(self, count: int) -> Sequence[Share]:
        """Take out those that its worker hasn't come to."""
        rest, self.shares = self.shares[count:], self.shares[:count]
        return rest

    def next_size(self) -> int:
        """How many shares the next may have, now that it is known how long these took."""
        took, count = time.monotonic() - self.sent_at, len(self.shares)
        if took < SECONDS / 2:
            return min(MOST_SHARES, 2 * count)
        return max(1, count // 2) if took > SECONDS else count
