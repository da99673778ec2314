"""Ingestion: is it authentic, is it new, which conversation."""
