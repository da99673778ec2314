"""A word of thanks after the resolution closes the case; everything else opens it again (rule 6)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.case import CaseThanked
from schemas.events.message import Attachment, Author, MessageClassified
from tests.unit.cases.life import OWNER, Life, message


def said(text: str, intent: str = "compliment", confidence: float = 0.9, **changes: Any) -> MessageClassified:
    event = message(2, 30, text=text, **changes)
    label = event.classification.model_copy(
        update={"intent": intent, "intent_confidence": confidence, "sentiment": "positive"}
    )
    return event.model_copy(update={"classification": label})


def resolved() -> Life:
    life = Life()
    life.arrives(1)
    life.assigned()
    life.sent(life.replies())
    life.resolves()
    return life


def test_a_thank_you_closes_and_nobody_has_to_answer() -> None:
    life = resolved()
    life.hear(said("Dank je wel, het werkt weer!"))
    assert (life.case.status, life.case.owner, life.case.messages) == ("closed", OWNER, 2)
    assert [each.event.cause for each in life.said if each.event.type == "case.closed.v1"] == ["thanks"]


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Dank je wel!",
        "Vielen Dank für die schnelle Hilfe",
        "¡Muchas gracias!",
        "Merci beaucoup 🙏",
        "Dziękuję bardzo",
        "Çok teşekkürler",
    ],
)
def test_words_that_only_thank_close_whatever_the_classifier_makes_of_them(text: str) -> None:
    life = resolved()
    life.hear(said(text, intent="remark", confidence=0.3, language="und"))
    assert life.case.status == "closed"


@pytest.mark.parametrize(
    "other",
    [
        said("Thanks. And how do I clean it?"),
        said("Thanks for the manual that you sent", intent="remark"),
        said("Thanks for the manual that you sent", confidence=0.5),
        said("Thanks, but it still leaks"),
        said("Dank je wel, maar hij lekt nog steeds"),
        said("Danke, leider tropft sie immer noch", language="nl"),
        said("Merci, ça ne marche pas"),
        said("What a lovely machine this is"),
        said("Thanks, call me on 0612345678"),
        said("Thank you " * 30),
        said("Thanks", attachments=(Attachment(url="https://example.org/a.jpg"),)),
    ],
    ids=[
        "asks",
        "another-intent",
        "not-sure",
        "but",
        "maar",
        "leider",
        "pas",
        "compliment",
        "number",
        "long",
        "shows-something",
    ],
)
def test_whatever_may_need_an_answer_opens_it_again(other: MessageClassified) -> None:
    life = resolved()
    life.hear(other)
    assert (life.case.status, life.case.owner) == ("owned", OWNER)


def test_an_ironic_thank_you_is_no_thanks() -> None:
    event = said("Great, thanks for nothing")
    life = resolved()
    life.hear(
        event.model_copy(update={"classification": event.classification.model_copy(update={"sentiment": "negative"})})
    )
    assert life.case.status == "owned"


def test_thanks_in_an_open_case_are_a_message_like_any_other() -> None:
    life = Life()
    life.arrives(1)
    life.assigned()
    life.hear(said("Thank you already"))
    assert (life.case.status, life.case.messages) == ("owned", 2)


def test_after_a_thank_you_the_next_message_is_a_new_case_for_the_same_owner() -> None:
    life = resolved()
    life.hear(said("Thank you!"))
    life.arrives(3, 60)
    assert life.case.previous_case == life.states[0].id
    assert life.case.status == "new"


def test_thanks_again_after_it_has_closed_open_no_case() -> None:
    """Two messages in a chat, or thanks for the survey: an answer to them would only be polite."""
    life = resolved()
    life.hear(said("Thank you!"))
    before = life.case
    life.hear(message(3, 60, text="Dank je wel!", language="nl"))
    (thanked,) = life.of(CaseThanked)
    assert (thanked.case_id, thanked.message.text) == (before.id, "Dank je wel!")
    assert (len(life.states), life.case) == (1, before)


@pytest.mark.parametrize(
    ("later", "changes"),
    [
        (60, {"text": "Thanks. And how do I clean it?"}),
        (60, {"text": "What a lovely machine this is"}),
        (60, {"text": "Thanks!", "author": Author(id="somebody-else")}),
        (31 + 14 * 24 * 60, {"text": "Thanks!"}),
    ],
    ids=["asks", "compliment", "somebody-else", "long-after"],
)
def test_whatever_else_comes_after_it_has_closed_is_a_new_case(later: float, changes: dict[str, Any]) -> None:
    life = resolved()
    life.hear(said("Thank you!"))
    life.hear(message(3, later, **changes))
    assert (life.case.status, len(life.states), life.of(CaseThanked)) == ("new", 2, [])


def test_it_does_not_close_what_still_has_a_reply_on_its_way() -> None:
    """Rule 4: a reply that waits for its time or for other eyes would never leave, and nobody could take it back."""
    life = resolved()
    life.replies(text="And how to clean it", send_at=life.now + timedelta(minutes=60))
    life.hear(said("Thanks"))
    assert (life.case.status, life.case.owner) == ("owned", OWNER)
