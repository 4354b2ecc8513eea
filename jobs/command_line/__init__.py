"""What the command line gives: options that commands share, said once, and how a command ends."""
