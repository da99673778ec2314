"""What a message was taken to be, to be set right: what the form offers, and what it says (U3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from schemas.events.message import Intent, Sentiment, Urgency
from schemas.organisation import Organisation
from services.chassis.errors import Problem
from services.desk.domain import CaseView
from services.desk.domain.facts_understanding import JUDGEMENTS
from services.desk.domain.timeline import Entry
from services.desk.pages.texts import language_name

AS_IT_IS: Final = ""
"""The choice that says nothing about a judgement."""
NONE_OF_THEM: Final = "-"
"""The choice that says: none of the organisation's topics."""
MOST_MESSAGES: Final = 20
LANGUAGES: Final = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he",
    "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro",
    "ru", "sk", "sl", "sr", "sv", "ta", "th", "tl", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
"""The languages that the classifier names."""


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A node of the taxonomy: `depth` levels below the top."""

    id: str
    depth: int


def choices(organisation: Organisation, view: CaseView, language: str) -> dict[str, Any]:
    """What the form offers for this case, to somebody who reads this language."""
    heard = [each for each in view.timeline if each.kind == "message"]
    return {
        "correctable": heard[-MOST_MESSAGES:][::-1],
        "judgement_choices": {
            "language": sorted(LANGUAGES, key=lambda code: language_name(code, language)),
            "intent": get_args(Intent),
            "sentiment": get_args(Sentiment),
            "urgency": get_args(Urgency),
        },
        "topic_choices": list(_tree(organisation, None, 0)),
    }


def _tree(organisation: Organisation, parent: str | None, depth: int) -> Iterator[TopicChoice]:
    """The topics with each below its parent; places are never what a message is about."""
    for topic in organisation.topics:
        if topic.parent == parent and topic.kind != "place":
            yield TopicChoice(topic.id, depth)
            yield from _tree(organisation, topic.id, depth + 1)


def correction_body(values: Mapping[str, str], view: CaseView) -> dict[str, str]:
    """A correction's body: what was chosen; with `rest`, what was left is said to be right. Raises Problem 400."""
    message = next(
        (each for each in view.timeline if each.kind == "message" and each.ref == values.get("message")), None
    )
    if message is None:
        raise Problem(400, "message-missing", "message: choose one of the customer's messages")
    said: dict[str, str] = {name: value for name in JUDGEMENTS if (value := values.get(name, AS_IT_IS)) != AS_IT_IS}
    if values.get("rest"):
        said = _known(message) | said
    if not said:
        raise Problem(400, "correction-missing", "say at least one of language, intent, sentiment, urgency, topic")
    if said.get("topic") == NONE_OF_THEM:
        said["topic"] = ""
    return {"message_id": message.ref, **said}


def _known(message: Entry) -> dict[str, str]:
    """As it was understood; a language that nobody knows can not be right."""
    return {name: value for name, value in message.understood.items() if (name, value) != ("language", "und")}
