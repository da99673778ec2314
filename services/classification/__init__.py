"""Understands what customers write: language, intent, topic, sentiment and urgency of every message."""
