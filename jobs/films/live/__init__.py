"""Films that are written while another's program runs."""
