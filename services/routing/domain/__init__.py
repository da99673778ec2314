"""The pure routing engine (design 7): who owns, who is asked, and why. No I/O; time is passed in."""

from services.routing.domain.engine import Engine
from services.routing.domain.outcome import Chosen, Nobody, Outcome, Request
from services.routing.domain.rules import Rules

__all__ = ["Chosen", "Engine", "Nobody", "Outcome", "Request", "Rules"]
