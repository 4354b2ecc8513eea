"""What a panel of a grid shows of a configuration: a file for each view."""
