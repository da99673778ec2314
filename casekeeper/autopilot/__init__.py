"""The autopilot: plays the staff of a demonstration through the same API as people. It is always labelled as such."""

from casekeeper.autopilot.pilot import Autopilot, Pace

__all__ = ["Autopilot", "Pace"]
