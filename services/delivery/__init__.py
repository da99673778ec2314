"""Delivery: how a reply leaves, once."""
