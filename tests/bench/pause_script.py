"""The demo as a tutorial shows it: matplotlib's live calls, a pause a frame.

pause_script.py [EPOCHS]: 4000 where none are given. Nothing in it knows of fitreel.
"""

import sys

import matplotlib.pyplot as plt
import torch

torch.manual_seed(0)
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

plt.ion()
for t in range(int(sys.argv[1]) if len(sys.argv) > 1 else 4000):
    prediction = net(x)
    loss = loss_func(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 5 == 0:
        plt.cla()
        plt.scatter(x.data.numpy(), y.data.numpy())
        plt.plot(x.data.numpy(), prediction.data.numpy(), "r-", lw=5)
        plt.text(0.3, -0.6, f"epoch={t:d}", fontdict={"size": 20, "color": "red"})
        plt.text(0.3, -0.8, f"Loss={loss.item():.4f}", fontdict={"size": 20, "color": "red"})
        plt.pause(0.05)
plt.ioff()
plt.show()
