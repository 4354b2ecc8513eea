"""Training many: what is trained already, what is not, by whom, and what became of it."""
