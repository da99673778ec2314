"""The desk: where people work. It shows what events tell, and forwards commands to the services that own the state."""
