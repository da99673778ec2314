"""How follow-up reaches other systems, one module per concern."""
