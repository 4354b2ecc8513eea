"""Pages of pictures: contact sheets of a film, the sheet of all targets."""
