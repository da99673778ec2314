"""Steering figures (F4), lack of positive contact (V4) and the volume benchmark (F9); each is defined in docs/figures.md."""

from services.followup.domain.figures.folding import FOLDED, fold
from services.followup.domain.figures.timings import Timings
from services.followup.domain.figures.waits import KINDS, Kind, Wait, waits

__all__ = ["FOLDED", "KINDS", "Kind", "Timings", "Wait", "fold", "waits"]
