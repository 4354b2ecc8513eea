"""What stands over a plane of two inputs: colours, lines, classes, points, and their names."""
