"""Safety signals (U1): what a person has to see soon. Written rules, one file per language, each with its own tests.

Pure: a text in, signals out. How to write a rule or add a language: docs/understanding.md.
"""

from services.classification.domain.signals.finder import find_signals
from services.classification.domain.signals.learned import with_learned

__all__ = ["find_signals", "with_learned"]
