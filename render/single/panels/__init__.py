"""One panel a file: what stands beside the fit."""
