"""A demonstration that judges itself: real messages through a private stack, worked to the end, checked from outside."""
