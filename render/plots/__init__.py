"""The plots that pictures are made of: the fit and what stands in it, the loss, their axes."""
