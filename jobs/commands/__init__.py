"""One file a command, called as the command."""
