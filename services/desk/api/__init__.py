"""The desk over HTTP: who is asking, what they may read, and what changes while they look."""
