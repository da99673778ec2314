"""The case: owner, consults, replies, promises; every rule of design 4."""
