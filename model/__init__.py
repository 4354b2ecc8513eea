"""What is learned: data, networks, their training, and the record of it."""
