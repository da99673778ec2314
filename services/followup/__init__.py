"""Follow-up: the clocks of every case (F1, F3)."""
