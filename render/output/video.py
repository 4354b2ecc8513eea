"""Frames → MP4 and WebM, through ffmpeg."""

import math
import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from fitreel.model.errors import CannotWrite
from fitreel.model.system.files import discard, temporary_file
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata import mp4_boxes, webm_elements
from fitreel.render.metadata.checksum import seal
from fitreel.render.metadata.parts import Malformed, length_of
from fitreel.render.metadata.provenance import Chapter, ffmetadata
from fitreel.render.output.codecs import codec_options
from fitreel.render.output.ffmpeg import PATIENCE, Encoder
from fitreel.render.output.formats import MP4, Format, format_of
from fitreel.render.output.frame_writer import FrameWriter
from fitreel.render.output.yuv import YuvConverter

# How the frames were converted: BT.601's matrix in limited range, of what a screen shows.
_COLOURS = (
    *("-colorspace", "smpte170m", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv", "-chroma_sample_location", "center"),
)


class VideoWriter(FrameWriter):
    """An MP4 or a WebM, encoded by ffmpeg while frames come."""

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        fps: Fraction,
        comment: str,
        chapters: Sequence[Chapter] = (),
        *,
        transparent: bool = False,
        check: Callable[[], None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """As every writer; `fps` in frames a second, `comment` is ASCII."""
        self._converter = None if transparent else YuvConverter(size)
        super().__init__(output, size, check)
        if self._converter is not None:
            self._shapes = (*self._shapes, self._converter.yuv.shape)
        self._fps = fps
        self._format = format_of(output)
        self._comment = comment
        self._patience = patience
        self._is_settled = False
        source = _frames(size, fps, transparent)
        with self._beginning():
            self._ffmpeg = self._started(
                source, _coding(self._format, size, transparent), chapters, self._temporary
            )

    def _started(
        self,
        source: Sequence[str],
        coding: Sequence[str],
        chapters: Sequence[Chapter],
        output: Path,
    ) -> Encoder:
        """Start ffmpeg, with its options for where frames come from and for their coding."""
        assert self._format.encoder is not None
        try:
            with tempfile.TemporaryFile() as file:
                file.write(ffmetadata(self._comment, chapters))
                file.seek(0)
                return Encoder(
                    [
                        *("-hide_banner", "-nostdin", "-v", "warning", *source),
                        *("-f", "ffmetadata", "-i", f"pipe:{file.fileno()}"),
                        *("-map", "0:v", "-map_metadata", "1", "-map_chapters", "1", *coding),
                        *("-fflags", "+bitexact", "-f", self._format.name),
                    ],
                    output,
                    self.label,
                    needs=self._format.encoder,
                    inputs=[file],
                    check=self._check,
                    patience=self._patience,
                )
        except OSError as error:
            raise CannotWrite(f"cannot write a temporary file: {error.strerror}") from error

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        self._ffmpeg.flush()  # its bytes may be the converter's
        if self._converter is None or frame.ndim == 2:
            self._ffmpeg.write(frame.reshape(-1).data)
        else:
            self._ffmpeg.write(self._converter.update(frame, changed))

    def settle(self) -> None:
        """Wait for ffmpeg to end, and add the chapters that are known by now."""
        if self._is_settled:
            return
        self._ffmpeg.finish()
        self.frames = self._ffmpeg.pieces  # one more than was counted, where that was cut off
        if self.chapters:
            self._add_chapters()
        self._is_settled = True

    def _finish(self) -> None:
        self.settle()
        try:
            with self._temporary.open("rb") as file:
                if not length_of(file):
                    raise Malformed("no file")
                self._check_frames(file)
        except Malformed as error:
            raise CannotWrite(
                f"cannot write {self.label}: ffmpeg ended well, yet made no whole film: {error}"
            ) from error
        seal(self._temporary)

    def _check_frames(self, file: BinaryIO) -> None:
        """Count again what ffmpeg says it has written: a film cut short plays, too."""
        if self._format is MP4:
            count, seconds = mp4_boxes.count_frames(file)
            length = self.frames / self._fps
            if not math.isclose(seconds, length, rel_tol=1e-3):
                raise Malformed(f"{float(seconds):g} s instead of {float(length):g} s")
        else:
            count = webm_elements.count_frames(file)
        if count != self.frames:
            raise Malformed(f"{count} frames instead of {self.frames}")

    def _add_chapters(self) -> None:
        """Have ffmpeg copy the film with its chapters, which it wants to know at the start."""
        copy = temporary_file(self.path)
        source = ("-i", f"file:{self._temporary}")
        faststart = ("-movflags", "+faststart") if self._format is MP4 else ()
        try:
            ffmpeg = self._started(source, ("-c", "copy", *faststart), self.chapters, copy)
            try:
                ffmpeg.finish()
            finally:
                ffmpeg.kill()
        except BaseException:
            discard(copy)
            raise
        plain, self._temporary = self._temporary, copy
        discard(plain)

    def _abort(self) -> None:
        self._ffmpeg.kill()

    def _descriptors(self) -> list[int]:
        return self._ffmpeg.descriptors()


def _frames(size: tuple[int, int], fps: Fraction, transparent: bool) -> list[str]:
    """ffmpeg's options for frames that it reads from its first pipe."""
    layout = "rgba" if transparent else "yuv420p"
    frames = f"-f rawvideo -pix_fmt {layout} -video_size {size[0]}x{size[1]}".split()
    return [*frames, "-framerate", str(fps), *(() if transparent else _COLOURS), "-i", "pipe:0"]


def _coding(video: Format, size: tuple[int, int], transparent: bool) -> list[str]:
    """ffmpeg's options that choose the encoder."""
    # Our own conversion leaves alpha out; ffmpeg's has the same matrix.
    alpha = ("-vf", "format=yuva420p", "-auto-alt-ref", "0") if transparent else ()
    return [*codec_options(video, size), *alpha]
