"""What one case was about: a fold of its events, with nothing of the customer's kept that need not be (F7, F10)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.events.case import CaseMerged, CaseMessageAdded, CaseOpened, CaseUnmerged
from schemas.events.message import Author, Classification, Entity, Message, PersonalData, Signal
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from schemas.masking import masked_message
from services.followup.domain.causes import CaseCause, fold, matched
from services.followup.domain.windows import Window

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDS: dict[str, Any] = {"case_id": "c", "conversation": "v", "brand": "moccarel"}
SURE = dict.fromkeys(("language_confidence", "intent_confidence", "sentiment_confidence", "urgency_confidence"), 0.9)
AUTHOR = Author(id="a", name="Ana Ruiz", handle="@anita")


def opened(*, test: bool = False) -> CaseOpened:
    return CaseOpened(
        **IDS,
        channel="web",
        visibility="private",
        customer=AUTHOR,
        pool="care",
        language="und",
        opened_at=AT,
        first_reply_due_at=AT,
        test=test,
    )


def wrote(id_: str, topic: str, *products: str, signal: str = "") -> CaseMessageAdded:
    message = Message(
        id=id_,
        brand="moccarel",
        channel="web",
        conversation="v",
        external_id=id_,
        author=AUTHOR,
        text="It leaks, says Ana (ana@example.org)",
        sent_at=AT,
        received_at=AT,
    )
    found = Classification(
        language="en",
        intent="complaint",
        sentiment="negative",
        urgency="normal",
        topic=topic,
        signals=(Signal(kind=signal, confidence=0.9),) if signal else (),
        entities=tuple(Entity(kind="product", key=key) for key in products),
        **SURE,
    )
    return CaseMessageAdded(**IDS, message=message, classification=found)


def set_right(topic: str) -> CaseReclassified:
    return CaseReclassified(
        **IDS,
        cause="correction",
        message_id="m",
        by="kees",
        language="nl",
        intent="question",
        sentiment="neutral",
        urgency="normal",
        topic=topic,
        changed=("topic",),
        reclassified_at=AT,
    )


def folded(*events: Any) -> CaseCause:
    state: CaseCause | None = None
    for event in events:
        state = fold(state, event) or state
    assert state
    return state


def test_the_first_message_tells_the_cause_and_a_person_may_set_it_right() -> None:
    case = folded(opened(), wrote("1", "delivery", "shaver"), wrote("2", "returns", "toothbrush"))
    assert (case.topic, case.product, case.language, case.messages) == ("delivery", "shaver", "en", 2)
    case = folded(opened(), wrote("1", "delivery"), set_right("shaver"))
    assert (case.topic, case.sentiment, case.language) == ("shaver", "neutral", "nl")


def test_a_product_that_is_the_topic_is_not_named_twice() -> None:
    assert folded(opened(), wrote("1", "shaver", "shaver")).product == ""
    assert folded(opened(), wrote("1", "delivery", "shaver"), set_right("shaver")).product == ""


def test_what_came_before_the_case_is_nothing() -> None:
    assert fold(None, wrote("1", "delivery")) is None
    assert fold(folded(opened()), opened()) is None


def test_work_is_counted_and_a_merged_case_is_not() -> None:
    sent = [
        ReplySent(**IDS, reply_id=kind, kind=kind, author="kees", first=False, sent_at=AT)
        for kind in ("holding", "answer")
    ]
    merged = CaseMerged(**IDS, into="d", into_conversation="w", by="kees", reason="same", merged_at=AT)
    case = folded(opened(), *sent, merged)
    assert (case.answers, case.holding, case.counts) == (1, 1, False)
    assert folded(opened(), merged, CaseUnmerged(**IDS, owner="kees", into="d", reason="it had ended")).counts


def test_each_topic_and_signal_is_news_once_and_masked() -> None:
    case = folded(opened(), wrote("1", "delivery", signal="danger"), wrote("2", "delivery", signal="danger"))
    assert [each.name for each in case.news] == ["topic:delivery", "signal:danger"]
    assert {each.excerpt for each in case.news} == {"It leaks, says ••• (a•••@e•••.org)"}
    told = matched(case, [each.name for each in case.news])
    assert told
    assert told.news == ()
    assert matched(told, ["topic:delivery"]) is None
    again = fold(told, set_right("delivery"))
    assert again
    assert again.news == ()
    fresh = fold(told, set_right("returns"))
    assert fresh
    assert [each.name for each in fresh.news] == ["topic:returns"]


def test_a_test_contact_is_no_news_and_does_not_count() -> None:
    case = folded(opened(test=True), wrote("1", "delivery", signal="danger"))
    assert (case.counts, case.news) == (False, ())


def test_names_and_what_was_found_are_masked_wherever_they_stand() -> None:
    text = "ana ruiz here: order MC-2048113, tell @anita. Banana is fine."
    found = [PersonalData(kind="order", start=text.index("MC"), end=text.index(", tell"))]
    assert masked_message(text, found, ("Ana Ruiz", "@anita")) == "••• here: order •••, tell •••. Banana is fine."


@pytest.mark.parametrize(("first", "hours"), [(date(2026, 3, 23), 167), (date(2026, 10, 19), 169)])
def test_a_week_in_which_the_clocks_change_has_seven_days(first: date, hours: int) -> None:
    week = Window(ZoneInfo("Europe/Amsterdam"), first, 7)
    assert week.end - week.start == timedelta(hours=hours)
    assert [week.day(week.start), week.day(week.end - timedelta(seconds=1)), week.day(week.end)] == [0, 6, None]
    assert Window.week(week.zone, week.iso_week) == week
