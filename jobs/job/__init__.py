"""A job: loaded, checked, explained, swept, made a fingerprint of."""
