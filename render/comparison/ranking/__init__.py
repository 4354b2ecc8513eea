"""The ranking of a comparison: its rows, the card at the end of the clip, and tables as files."""
