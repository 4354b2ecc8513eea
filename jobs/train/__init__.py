"""Records made: the run store, one training, many trainings."""
