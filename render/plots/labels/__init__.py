"""Names beside what they name, where nothing comes in the whole film; or in a key."""
