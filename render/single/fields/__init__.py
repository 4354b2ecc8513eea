"""Pictures of one run over two inputs: a field of numbers, or regions of classes."""
