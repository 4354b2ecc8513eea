"""Somebody's own script, run as Python runs it, and what it shows made into films."""
