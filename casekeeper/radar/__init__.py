"""How soon the radar sees bursts, and how often it speaks in vain: measured on real posts (F8)."""
