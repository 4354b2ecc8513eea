"""The best that one writes by hand: static layer once, moving artists blitted, RGBA into ffmpeg.

blit_script.py OUT.mp4 NPZ: the axes stay where the first frame has them.
"""

import subprocess
import sys

import imageio_ffmpeg
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

out, source = sys.argv[1:]
with np.load(source) as arrays:
    x, y = arrays["x"], arrays["y"]
    shown = list(zip(arrays["epoch"], arrays["loss"], arrays["prediction"], strict=True))

figure = Figure()
canvas = FigureCanvasAgg(figure)
axes = figure.add_subplot()
axes.scatter(x, y)
(line,) = axes.plot(x, shown[0][2], "r-", lw=5, animated=True)
style = {"size": 20, "color": "red"}
epoch = axes.text(0.3, -0.6, "", fontdict=style, animated=True)
loss = axes.text(0.3, -0.8, "", fontdict=style, animated=True)
canvas.draw()
background = canvas.copy_from_bbox(figure.bbox)
ffmpeg = subprocess.Popen(
    [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo"),
        *("-pix_fmt", "rgba", "-s", "640x480", "-r", "20", "-i", "-"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p", out),
    ],
    stdin=subprocess.PIPE,
)
for t, value, prediction in shown:
    canvas.restore_region(background)
    line.set_ydata(prediction)
    epoch.set_text(f"epoch={t:d}")
    loss.set_text(f"Loss={value:.4f}")
    for artist in (line, epoch, loss):
        axes.draw_artist(artist)
    ffmpeg.stdin.write(canvas.buffer_rgba())
ffmpeg.stdin.close()
ffmpeg.wait()
