"""A field of numbers as two people would film it, from what `fitreel export` wrote.

field_script.py OUT.mp4 FRAMES NPZ plain: colours and lines drawn anew, a full draw a frame.
field_script.py OUT.mp4 FRAMES NPZ careful: an image whose data are set, blitted into ffmpeg.
"""

import subprocess
import sys

import imageio_ffmpeg
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter

matplotlib.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
out, frames, source, how = sys.argv[1:]
with np.load(source) as arrays:
    points, values, grid = arrays["x"], arrays["y"], arrays["grid"]
    shown = list(zip(arrays["epoch"], arrays["loss"], arrays["prediction"], strict=True))
shown = shown[: int(frames)]
side = round(len(grid) ** 0.5)
x, y = np.unique(grid[:, 0]), np.unique(grid[:, 1])
# The upper row comes first, as in an image, or the lower one.
is_downwards = grid[0, 1] > grid[-1, 1]
low, high = float(values.min()), float(values.max())
figure, axes = plt.subplots()


def field(prediction):
    rows = prediction.reshape(side, side)
    return rows[::-1] if is_downwards else rows


if how == "plain":
    levels, lines = np.linspace(low, high, 50), np.linspace(low, high, 9)[1:-1]
    writer = FFMpegWriter(fps=20)
    with writer.saving(figure, out, dpi=100):
        for t, loss, prediction in shown:
            axes.cla()
            axes.contourf(x, y, field(prediction), levels, extend="both")
            axes.contour(x, y, field(prediction), lines, colors="white", linewidths=1)
            axes.scatter(*points.T, c=values, vmin=low, vmax=high, edgecolors="white")
            axes.set_title(f"epoch={t:d}  Loss={loss:.4f}")
            writer.grab_frame()
else:
    image = axes.imshow(
        field(shown[0][2]), origin="lower", extent=(x[0], x[-1], y[0], y[-1]), vmin=low, vmax=high,
        interpolation="bilinear", aspect="auto", animated=True,
    )  # fmt: skip
    dots = axes.scatter(*points.T, c=values, vmin=low, vmax=high, edgecolors="white", animated=True)
    label = axes.text(0.02, 0.02, "", transform=axes.transAxes, animated=True)
    figure.canvas.draw()
    background = figure.canvas.copy_from_bbox(figure.bbox)
    ffmpeg = subprocess.Popen(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo"),
            *("-pix_fmt", "rgba", "-s", "640x480", "-r", "20", "-i", "-"),
            *("-c:v", "libx264", "-pix_fmt", "yuv420p", out),
        ],
        stdin=subprocess.PIPE,
    )
    for t, loss, prediction in shown:
        figure.canvas.restore_region(background)
        image.set_data(field(prediction))
        label.set_text(f"epoch={t:d}  Loss={loss:.4f}")
        for artist in (image, dots, label):
            axes.draw_artist(artist)
        ffmpeg.stdin.write(figure.canvas.buffer_rgba())
    ffmpeg.stdin.close()
    ffmpeg.wait()
