"""One run's pictures where it isn't one curve over one input: colours, planes, tables, classes."""
