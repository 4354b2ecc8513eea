"""Training with torch: the loop, and what it is made of. Without torch there is one line for it."""

from fitreel.model.system.extras import import_library

import_library("torch", "train", "training")
