"""Training beside each other on this machine: a pool of processes of our own."""
