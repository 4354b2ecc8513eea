"""Where a new record begins: with what another record of the same training has."""
