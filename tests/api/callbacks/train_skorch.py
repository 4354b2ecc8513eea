"""Train with skorch; what happened is printed as JSON.

python train_skorch.py harmless|copies
"""

import json
import pickle
import sys
from typing import Any

import numpy as np
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetClassifier, NeuralNetRegressor
from support.user_training import Network, X, Y, state_of

import fitreel


def fitted(*callbacks: Any, **settings: Any) -> NeuralNetRegressor:
    torch.manual_seed(0)
    net = NeuralNetRegressor(
        Network, max_epochs=4, lr=0.1, batch_size=10, iterator_train__shuffle=True, verbose=0,
        callbacks=list(callbacks), **settings,
    )  # fmt: skip
    return net.fit(X[:, None], Y[:, None])


def harmless() -> Any:
    alone = state_of(fitted().module_)[:2]  # skorch itself calls `eval`, as after every epoch
    net = fitted(fitreel.callbacks.Skorch("r", X, Y, every=3))
    same = state_of(net.module_)[:2] == alone
    losses = [row["train_loss"] for row in net.history]
    last = net.predict(X[:, None]).ravel().tolist()
    net.partial_fit(X[:, None], Y[:, None])
    fitted(fitreel.callbacks.Skorch("numbers"))
    return {"same": same, "losses": losses, "last": last}


def copies() -> Any:
    """Copies of a net, as sklearn makes them, have a callback that hasn't begun."""
    net = fitted(fitreel.callbacks.Skorch("r", X, Y, every=2, overwrite=True))
    copy = clone(net).set_params(callbacks__Skorch__path="copy", callbacks__Skorch__every=4)
    copy.fit(X[:, None], Y[:, None])
    pickle.loads(pickle.dumps(net)).set_params(callbacks__Skorch__path="pickled")
    net.fit(X[:, None], Y[:, None])
    search = GridSearchCV(net, {"lr": [0.1]}, cv=2, error_score="raise", refit=False)
    search.fit(X[:, None], Y[:, None])
    classes = (X > 0).astype("int64")
    torch.manual_seed(0)
    classifier = NeuralNetClassifier(
        torch.nn.Sequential(torch.nn.Linear(1, 2)), criterion=torch.nn.CrossEntropyLoss,
        max_epochs=2, verbose=0,
        callbacks=[fitreel.callbacks.Skorch("classes", X, np.eye(2)[classes])],
    )  # fmt: skip
    classifier.fit(X[:, None], classes)
    return {"probabilities": classifier.predict_proba(X[:, None]).tolist()}


if __name__ == "__main__":
    print(json.dumps({"harmless": harmless, "copies": copies}[sys.argv[1]]()))
