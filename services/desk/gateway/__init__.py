"""The services that the desk sends commands to."""
