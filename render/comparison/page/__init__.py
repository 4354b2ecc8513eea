"""The page of a comparison: fonts, names, header and foot."""
