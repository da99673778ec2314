"""What people type into forms: read, checked, and given back whole when something was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from fastapi import Request

from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.desk.api.beside import DEFAULT_CONSULT_MINUTES
from services.desk.api.parts import Parts

DUE_CHOICES_MINUTES = (60, 240, 24 * 60, 3 * 24 * 60)
DEFAULT_DUE_MINUTES = 240
CONSULT_CHOICES_MINUTES = (30, 60, 120, 240, 24 * 60)
BY = "{by}"
LONGEST_FIELD = 100_000
STEP = timedelta(minutes=5)
FORWARD = timedelta(minutes=1)
"""So much may the clock of the instance that made a form be ahead of ours."""
CERTAIN = range(400, 500)
"""Answers that say: nothing has happened. After another one nobody knows, so the same command goes under the same name."""


@dataclass(frozen=True)
class FormState:
    """A form as it is shown: empty, or with what was typed and why it was not taken."""

    values: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    done: str = ""
    key: str = field(default_factory=fresh)
    """The command's name: sent twice (a double click), it happens once."""
    advice: Any = None
    """What there is to say about the words, before they are sent."""

    def failed(self, problem: Problem) -> "FormState":
        """The same form with what is wrong."""
        if problem.status not in CERTAIN:
            return FormState(self.values, problem, key=self.key)
        return FormState({name: value for name, value in self.values.items() if name != "shown_at"}, problem)


async def submitted(request: Request, desk: Parts) -> FormState:
    """The form that came in. Raises Problem 403 for a forged one, 400 for an unreadable one."""
    content = await request.form()
    # Browsers end lines their own way; customers get ours.
    values = {name: value.replace("\r\n", "\n") for name, value in content.items() if isinstance(value, str)}
    desk.sessions.require_form_token(request, values.get("form_token", ""))
    for name, value in values.items():
        if "\0" in value or len(value) > LONGEST_FIELD:
            raise Problem(400, "invalid-request", f"{name}: too long, or with a character that is not text")
    return FormState(values, key=values.get("key") or fresh())


def counted_from(values: Mapping[str, str], now: datetime) -> datetime:
    """The moment from which "in an hour" counts, so that a form sent twice says the same both times.

    It is the moment at which the form was shown, in steps of five minutes since; now for a form that does not say it, or says
    something impossible.
    """
    try:
        shown = datetime.fromisoformat(values.get("shown_at", ""))
    except ValueError:
        return now
    if shown.tzinfo is None or shown - now > FORWARD:
        return now
    return shown.astimezone(UTC) + max(timedelta(0), now - shown) // STEP * STEP


def local_moment(text: str, zone: str) -> datetime | None:
    """A local time in a named zone, None for what is none."""
    try:
        local = datetime.fromisoformat(text)
        return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)
    except (ValueError, OSError, LookupError, OverflowError):
        return None


def due_at(values: Mapping[str, str], now: datetime) -> datetime:
    """The chosen moment: so many minutes from now, or a local time in a named zone. Raises Problem 400."""
    choice = values.get("due", str(DEFAULT_DUE_MINUTES))
    if choice != "other":
        return counted_from(values, now) + timedelta(minutes=minutes(choice, "due"))
    moment = local_moment(values.get("due_at", ""), values.get("zone", ""))
    if moment is None:
        raise Problem(400, "promise-time-missing", "due_at: choose the day and the time")
    return moment


def minutes(text: str, name: str) -> int:
    """A number of minutes. Raises Problem 400."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 14 * 24 * 60):
        raise Problem(400, "invalid-request", f"{name}: choose one of the times offered")
    return int(text)


def new_promise(values: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """A promise's body. Raises Problem 400."""
    what = values.get("what", "").strip()
    if not what:
        raise Problem(400, "promise-words-missing", "what: say what is promised")
    return {"what": what[:500], "due_at": due_at(values, now).isoformat()}


def reply_body(values: Mapping[str, str], now: datetime, language: str, zone: str) -> dict[str, Any]:
    """A reply's body. `{by}` in the text becomes the promised time, in the customer's language. Raises Problem 400."""
    text = values.get("text", "").strip()
    kind = values.get("kind", "answer")
    if not text:
        raise Problem(400, "text-empty", "text: a reply needs words")
    if kind not in ("answer", "holding"):
        raise Problem(400, "invalid-request", "kind: choose answer or holding reply")
    promise = new_promise(values, now) if values.get("promising") else _proposed(values)
    if BY in text:
        if promise is None:
            raise Problem(400, "promise-time-missing", "text: it says {by}, but no promise with a time goes with it")
        moment = datetime.fromisoformat(promise["due_at"])
        text = text.replace(BY, spoken(moment, language, zone))
    return {"kind": kind, "text": text, "promise": promise, "keeps_promise": values.get("keeps_promise", "")}


def _proposed(values: Mapping[str, str]) -> dict[str, Any] | None:
    """The promise that the reply check found in the words and the author agreed to, as `time what`. Raises Problem 400."""
    moment, _, what = values.get("proposed", "").partition(" ")
    if not moment:
        return None
    due = local_moment(moment, "")
    if due is None or not what:
        raise Problem(400, "invalid-request", "proposed: choose one of the promises offered")
    return {"what": what[:500], "due_at": due.isoformat()}


def text_of(values: Mapping[str, str], name: str, kind: str = "words-missing") -> str:
    """The words in this field. Raises Problem 400 when there are none."""
    text = values.get(name, "").strip()
    if not text:
        raise Problem(400, kind, f"{name}: write something first")
    return text


def case_named(text: str) -> str:
    """The id of the case that somebody names by its id or by the address of its page."""
    return text.strip().partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]


def departure(values: Mapping[str, str]) -> dict[str, Any]:
    """When a reply is to leave, and whether a coach or lead is asked to see it first. Raises Problem 400."""
    when = values.get("when")
    if when != "later":
        return {"send_at": None, "ask_approval": when == "approved"}
    moment = local_moment(values.get("send_at", ""), values.get("zone", ""))
    if moment is None:
        raise Problem(400, "moment-missing", "send_at: choose the day and the time")
    return {"send_at": moment.isoformat(), "ask_approval": False}


def spoken(moment: datetime, language: str, zone: str) -> str:
    """A moment as one writes it to a customer."""
    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_datetime(moment, "d MMMM HH:mm zzz", tzinfo=ZoneInfo(zone), locale=locale)


def consult_body(values: Mapping[str, str]) -> dict[str, Any]:
    """A consult's body. Raises Problem 400."""
    question = values.get("question", "").strip()
    if not question:
        raise Problem(400, "question-missing", "question: say what you want to know")
    due = minutes(values.get("due_minutes", str(DEFAULT_CONSULT_MINUTES)), "due_minutes")
    places = values.get("places", "1")
    if places not in ("1", "2", "3"):
        raise Problem(400, "invalid-request", "places: choose one, two or three")
    meant = values.get("specialist", "")
    asked: dict[str, Any] = {"skill": values.get("skill", ""), "language": values.get("language") or None}
    asked |= {"specialist": meant} if meant else {"places": int(places)}
    return {"question": question, "due_minutes": due, **asked}
