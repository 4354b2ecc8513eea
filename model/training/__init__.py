"""Training with torch: the loop, and what it is made of. Without torch there is one line for it."""

import os

from fitreel.model.system.extras import import_library

if os.environ.get("TORCH_LOGS") == "":  # as if it weren't there, which torch stumbles over
    del os.environ["TORCH_LOGS"]
import_library("torch", "train", "training")
