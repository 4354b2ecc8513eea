"""Many runs' pictures."""
