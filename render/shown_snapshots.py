"""How far a film of one run goes: the demo's own picture, to the snapshot before the last step."""

from fitreel.model.record.reader import Record
from fitreel.render.picture_settings import PictureSettings


def shown_count(run: Record, picture: PictureSettings) -> int:
    """How many of a run's snapshots, from the first on, its film shows, and a still its last.

    All of them; in the demo's own picture, whose frames a plain script gives as well, all but the
    closing one. Where there is no other, as training diverged at once, that one is shown.
    """
    return run.closing if picture.is_demo and run.closing else len(run)
