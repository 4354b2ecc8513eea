"""What outputs are called: {name} {seed} {date} {time} filled in, and names out of a stranger's."""

import re
import time

from fitreel.jobs.job.job import Job
from fitreel.model.errors import BadInput
from fitreel.model.suggestions import nearest

PLACEHOLDERS = ("name", "seed", "date", "time")
LONGEST = 200
"""Bytes of a file's name, without its ending, that is made of a job's."""

# What begins with a letter is meant as one; other braces are a name's own.
_PLACEHOLDER = re.compile(r"\{\s*([^\W\d_][^{}/]*)\}")
_AWKWARD = re.compile(r'[/\\:*?"<>|]')


def fill_in(template: str, job: Job, now: time.struct_time, where: str) -> str:
    """Fill in the placeholders of `template`; braces around anything but words stay.

    Args:
        template: as {name}-{date}.mp4.
        job: gives the name and the seed.
        now: gives the date and the time.
        where: what an error begins with.

    Raises:
        BadInput: there is no such placeholder; the line names the nearest.
    """
    values = {
        "name": job.name,
        "seed": str(job.seed),
        "date": time.strftime("%Y-%m-%d", now),
        "time": time.strftime("%H%M%S", now),
    }

    def value(match: re.Match[str]) -> str:
        key = match[1]
        if match[0] != f"{{{key}}}" or key not in values:
            raise BadInput(
                f"{where} {template!r}: there is no placeholder {match[0]}"
                f"{nearest(key.strip(), PLACEHOLDERS)}; there are "
                f"{' '.join(f'{{{each}}}' for each in PLACEHOLDERS)}"
            )
        return values[key]

    return _PLACEHOLDER.sub(value, template)


def file_name(name: str) -> str:
    """The name of a job, whoever gave it, as that of a file without its ending."""
    plain = "".join(c if c.isprintable() else "_" for c in _AWKWARD.sub("_", name))
    plain = plain.lstrip("-~. ")
    return plain.encode(errors="ignore")[:LONGEST].decode(errors="ignore").rstrip() or "film"
