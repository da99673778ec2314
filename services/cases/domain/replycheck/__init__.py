"""The reply check: what a reply lacks of a human voice, and what it promises (V1, V2, F1).

Pure: words in, advice out. It advises and never blocks; what blocks is the brand's policy, decided elsewhere (V3).
How to add a rule or a language: docs/reply-check.md.
"""

from services.cases.domain.replycheck.advice import About, Advice, Kind, Proposal
from services.cases.domain.replycheck.check import FILL_IN, check
from services.cases.domain.replycheck.naming import unknown_checks
from services.cases.domain.replycheck.promises import proposals

__all__ = ["FILL_IN", "About", "Advice", "Kind", "Proposal", "check", "proposals", "unknown_checks"]
