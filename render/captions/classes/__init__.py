"""What is told of classes: how many points are on the wrong side, and against what that counts."""
