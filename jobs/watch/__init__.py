"""Runs watched while they learn: a page that grows in a browser, or pictures in a terminal."""
