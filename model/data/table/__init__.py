"""A table in a file: cut into cells, its columns chosen, its numbers read without a guess."""
