"""Routing: who works when, with which skills and room, and so who owns a case and which specialist is asked."""
