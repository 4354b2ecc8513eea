"""What is asked for: the command line, jobs, and what is made of them."""
