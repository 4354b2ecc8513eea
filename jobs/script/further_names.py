"""What the films of further figures are called: demo-2.mp4, and on from what is somebody else's."""

from collections.abc import Collection
from pathlib import Path

from fitreel.model.errors import BadInput
from fitreel.render.output.ownership import check_replaceable


def further_name(output: str, number: int, taken: Collection[Path]) -> str:
    """The name beside `output`, from `number` on, that is free or fitreel's own to replace."""
    slash = "/" if output.endswith("/") else ""
    path = Path(output)
    while True:
        name = f"{path.with_name(f'{path.stem}-{number}{path.suffix}')}{slash}"
        number += 1
        if Path(name) in taken:
            continue
        try:
            check_replaceable(name, force=False)
        except BadInput:
            continue
        return name
