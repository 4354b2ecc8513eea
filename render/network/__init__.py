"""A recorded network taken apart in numpy: its layers, activations and gradient."""
