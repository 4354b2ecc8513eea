"""Films planned, made, kept up to date, and what lies beside them."""
