"""What follow-up keeps, one module per concern."""
