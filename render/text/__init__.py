"""Texts in a film: translations, fonts, mathematics, what Unicode needs."""
