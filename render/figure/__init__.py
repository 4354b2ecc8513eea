"""Anybody's figure, drawn as matplotlib's Agg draws it, whatever is done to it between frames."""
