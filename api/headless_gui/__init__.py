"""The windows of a script, which nobody sees: their events, timers and time are the film's."""
