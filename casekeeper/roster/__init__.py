"""Rosters as people have them, tables and calendars, as the entries that routing takes."""
