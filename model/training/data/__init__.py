"""The tensors that a network learns from: drawn from a function or read from a file."""
