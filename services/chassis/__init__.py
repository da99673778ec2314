"""What every service stands on; technical only, no word of the domain."""
