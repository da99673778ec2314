"""What a channel sends, whether it is authentic, and the one form it is brought to. No I/O."""
