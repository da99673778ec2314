"""How a reply leaves, once: its states, the ways out, and what travels. No I/O."""
