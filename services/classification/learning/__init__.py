"""Learning from people (U3): corrections become rows, rows a better model, and a better model the current one. Not served."""
