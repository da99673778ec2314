"""Escalations in words: a mail to whoever is told (F3)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.followup.domain.escalations import Call
from services.followup.gateway.words import Words


def mail(calls: Sequence[Call], words: Words, zone: str, desk_url: str) -> tuple[str, str]:
    """Subject and text. Says nothing of who the customer is, nor what they wrote."""
    total = sum(each.count for each in calls)
    subject = (
        f"{words.brand(calls[0].brand)}: {_what(calls[0], words)}"
        if total == 1
        else words.count("{n} thing is late", "{n} things are late", total).format(n=total)
    )
    lines = [words.say("What is late or soon will be, the most harm first:"), ""]
    lines += [_line(each, words, ZoneInfo(zone), desk_url) for each in calls]
    lines += ["", words.say("All of it, and where you say that you saw to it:"), f"{desk_url}/escalations"]
    return subject, "\n".join(lines)


def _line(call: Call, words: Words, zone: ZoneInfo, desk_url: str) -> str:
    if call.kind == "sum":
        return f"- {words.brand(call.brand)}: {_what(call, words)}\n  {desk_url}/escalations/{call.id}"
    due = words.moment(call.due_at, zone) if call.due_at else ""
    return f"- {words.brand(call.brand)}: {_what(call, words)}, {due}\n  {desk_url}/cases/{call.case_id}"


def _what(call: Call, words: Words) -> str:
    if call.kind == "sum":
        return words.count("{n} more at once", "{n} more at once", call.count).format(n=words.number(call.count))
    return {
        "pick-up": words.say("nobody owns a case"),
        "first-response": words.say("a first reply"),
        "next-reply": words.say("a next reply"),
        "consult": words.say("a specialist's answer"),
        "approval": words.say("an approval"),
        "promise": words.say("a promise"),
        "resolution": words.say("a solution"),
        "closing": words.say("the end of a quiet period"),
    }[call.kind]
