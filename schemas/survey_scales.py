"""The two ways of asking how it was, and the answers that each of them takes (F5)."""

from typing import Final, Literal

SurveyKind = Literal["nps", "csat"]
"""nps: would you recommend us, 0 to 10; csat: how satisfied are you, 1 to 5."""
SCALES: Final[dict[SurveyKind, tuple[int, int]]] = {"nps": (0, 10), "csat": (1, 5)}
"""The lowest and the highest answer."""
LONGEST_COMMENT: Final = 2000
