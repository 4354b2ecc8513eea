"""The demo as a plain script: torch, a full matplotlib draw a frame, FFMpegWriter.

plain_script.py OUT.mp4 FRAMES [NPZ]: with NPZ (what `fitreel export` wrote) nothing is trained.
"""

import sys

import imageio_ffmpeg
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter

matplotlib.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
out, frames = sys.argv[1], int(sys.argv[2])

if len(sys.argv) > 3:
    with np.load(sys.argv[3]) as arrays:
        x, y = arrays["x"], arrays["y"]
        shown = list(zip(arrays["epoch"], arrays["loss"], arrays["prediction"], strict=True))
else:
    import torch

    torch.manual_seed(0)
    tx = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
    ty = tx.pow(3) + 0.1 * torch.randn(tx.size())
    net = torch.nn.Sequential(
        torch.nn.Linear(1, 32), torch.nn.ReLU(), torch.nn.Linear(32, 32), torch.nn.Sigmoid(),
        torch.nn.Linear(32, 1),
    )  # fmt: skip
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    loss_func = torch.nn.MSELoss()
    x, y, shown = tx.numpy(), ty.numpy(), []
    for t in range(4000):
        prediction = net(tx)
        loss = loss_func(prediction, ty)
        if t % 5 == 0:
            shown.append((t, loss.item(), prediction.detach().numpy().copy()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

figure, axes = plt.subplots()
writer = FFMpegWriter(fps=20)
with writer.saving(figure, out, dpi=100):
    for t, loss, prediction in shown[:frames]:
        axes.cla()
        axes.scatter(x, y)
        axes.plot(x, prediction, "r-", lw=5)
        axes.text(0.3, -0.6, f"epoch={t:d}", fontdict={"size": 20, "color": "red"})
        axes.text(0.3, -0.8, f"Loss={loss:.4f}", fontdict={"size": 20, "color": "red"})
        writer.grab_frame()
