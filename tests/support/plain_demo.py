"""The demo as somebody would write it by hand: what ours is held against, bit for bit."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass
class Plain:
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    epochs: list[int]
    losses: list[float]
    predictions: NDArray[np.float32]


def plain_demo(seed: int, epochs: int = 4000) -> Plain:
    torch.manual_seed(seed)
    x = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
    y = x.pow(3) + 0.1 * torch.randn(x.size())

    net = torch.nn.Sequential()
    net.add_module("input_layer", torch.nn.Linear(1, 32))
    net.add_module("relu_func", torch.nn.ReLU())
    net.add_module("hidden_layer_2", torch.nn.Linear(32, 32))
    net.add_module("sigmoid_func", torch.nn.Sigmoid())
    net.add_module("output_layer", torch.nn.Linear(32, 1))

    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    loss_func = torch.nn.MSELoss()
    kept_epochs, losses, predictions = [], [], []
    for t in range(epochs):
        prediction = net(x)
        loss = loss_func(prediction, y)
        if t % 5 == 0:
            kept_epochs.append(t)
            losses.append(loss.item())
            predictions.append(prediction.detach().numpy().ravel().copy())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Plain(x.numpy().ravel(), y.numpy().ravel(), kept_epochs, losses, np.array(predictions))
