"""Where everything stands in the picture of one run, for any size of frame."""
