"""What compared runs are called, and what is shown of each."""
