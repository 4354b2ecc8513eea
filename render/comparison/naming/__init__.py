"""How configurations are named beside their markers."""
