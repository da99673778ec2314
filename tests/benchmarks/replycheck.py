"""How long the reply check takes while somebody writes: a reply of 1,000 characters, in every language (V2)."""

import statistics
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.cases.domain.replycheck import About, check, proposals
from services.cases.domain.replycheck.ruleset import rulesets

CHARACTERS = 1000
NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
CUSTOMER = ZoneInfo("Europe/Amsterdam")


def measure(count: int) -> dict[str, Any]:
    """Median and 99th percentile in milliseconds, by language. The words are the rules' own examples: all of them hit."""
    return {language: _language(language, count) for language in sorted(rulesets())}


def _language(language: str, count: int) -> dict[str, float]:
    text = _text(language)
    about = About(
        "complaint", "negative", False, 5 * CHARACTERS, True, "^MK", (text[:300], text[300:600], text[600:900])
    )
    check(text, language, about)
    proposals(text, language, NOW, CUSTOMER)
    return {
        "check_p50_milliseconds": statistics.median(
            checks := [_time(lambda: check(text, language, about)) for _ in range(count)]
        ),
        "check_p99_milliseconds": statistics.quantiles(checks, n=100)[-1],
        "proposals_p50_milliseconds": statistics.median(
            [_time(lambda: proposals(text, language, NOW, CUSTOMER)) for _ in range(count)]
        ),
    }


def _text(language: str) -> str:
    rules = rulesets()[language].file.rules
    pairs = zip(*((rule.examples.bad[0], rule.examples.good[0]) for rule in rules), strict=True)
    return " ".join(text for pair in pairs for text in pair)[:CHARACTERS]


def _time(what: Any) -> float:
    start = time.perf_counter()
    what()
    return (time.perf_counter() - start) * 1000
