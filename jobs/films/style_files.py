"""The files that a film's style is taken from: a theme and a font of the user's own."""

import hashlib
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from fitreel.jobs.job.job import relative
from fitreel.jobs.job.loading import LoadedJob
from fitreel.model.errors import BadInput
from fitreel.render.picture_settings import PictureSettings


@dataclass(frozen=True)
class StyleFiles:
    """The files of the user's own that a film's style is taken from, where they really lie."""

    theme: Path | None = None
    font: Path | None = None

    def for_drawing(self, picture: PictureSettings) -> PictureSettings:
        """The picture with these in place of what the job says; only for drawing."""
        return replace(
            picture,
            theme=picture.theme if self.theme is None else str(self.theme),
            font=picture.font if self.font is None else str(self.font),
        )

    def for_provenance(self, picture: PictureSettings) -> PictureSettings:
        """The picture as a film says it: of a file only the last part of an absolute path."""
        return replace(
            picture,
            theme=picture.theme if self.theme is None else relative(picture.theme),
            font=picture.font if self.font is None else relative(str(picture.font)),
        )

    def digests(self) -> dict[str, str]:
        """What stands in the provenance for what the files say.

        Raises:
            BadInput: one can't be read.
        """
        paths = {"theme": self.theme, "font": self.font}
        return {f"{key}_digest": _digest(key, p) for key, p in paths.items() if p is not None}


NO_FILES = StyleFiles()


def style_files_of(loaded: LoadedJob) -> StyleFiles:
    """The files that the job's film names.

    Raises:
        BadInput: a film or a record names them: nothing is opened on its word.
    """
    film = loaded.job.film
    return StyleFiles(
        _own_file(loaded, "film.theme", film.theme) if film.theme_is_file else None,
        _own_file(loaded, "film.font", film.font) if film.font and film.font_is_file else None,
    )


def _own_file(loaded: LoadedJob, key: str, text: str) -> Path:
    if not loaded.trusts(key):
        raise BadInput(
            f"{loaded.source.label}: {key} = {text!r}: no file is opened on the word of a film or "
            f"a record; if it is here, give it: --set {shlex.quote(f'{key}={text}')}"
        )
    return loaded.path(key, text)


def _digest(key: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise BadInput(f"film.{key}: {path}: {error.strerror}") from error
