"""All losses on one axis, with the names beside their markers."""
