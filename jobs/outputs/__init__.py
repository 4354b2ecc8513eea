"""Where what is made goes: names, clashes, marks beside it, the newest and the oldest."""
