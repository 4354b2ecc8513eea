"""How curves of configurations that lie on each other, and bands of many, are drawn."""
