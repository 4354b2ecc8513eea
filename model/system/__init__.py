"""What the operating system gives: files that appear whole or not at all, processes."""
