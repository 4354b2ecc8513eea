"""Training beside each other on other machines: a Dask cluster."""
