"""What is learned: formulas, named targets, files of points."""
