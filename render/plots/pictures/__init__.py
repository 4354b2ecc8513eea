"""What pictures of several inputs or outputs are made of."""
