"""Every way in which a reply, or what four eyes say about it, is refused; a refused command changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.cases.domain import Refused, reply_refusals
from tests.unit.cases.life import EXPERT, OTHER, OWNER
from tests.unit.cases.replying import COLLEAGUE, SHADOW, TEMPLATES, Waits, owned, supervised

Try = Callable[[Waits], object]


def drafted() -> Waits:
    return owned().drafts(COLLEAGUE)


def held() -> Waits:
    return supervised().writes()


def queued() -> Waits:
    return owned().writes()


def sent() -> Waits:
    life = queued()
    life.sent("r")
    return life


def taken_up() -> Waits:
    return queued().fails().takes_up()


def with_coach_as_owner() -> Waits:
    life = supervised()
    life.roles[OWNER] = "coach"
    return life.writes()


def with_holding_reply() -> Waits:
    return owned().writes(kind="holding", text=TEMPLATES[0].format(by="16:00"))


def strict() -> Waits:
    return owned(blocking_checks=["too-long", "condescension"])


def opened(life: Waits) -> Waits:
    """A reply with a proposed phrase, as it was proposed."""
    return life.writes(text="I have asked ..., and I will tell you on ... what they say.")


REFUSED: list[tuple[str, int, str, Callable[[], Waits], Try]] = [
    ("approval-not-waiting", 409, "nothing waits", owned, lambda life: life.approves(approval="x")),
    ("approval-not-waiting", 409, "given by coen", lambda: held().approves(), lambda life: life.refuses()),
    ("approval-not-waiting", 409, "withdrawn by mira", lambda: held().withdraws(), lambda life: life.approves()),
    ("own-approval", 403, "two people", with_coach_as_owner, lambda life: life.approves(OWNER)),
    ("own-approval", 403, "two people", with_coach_as_owner, lambda life: life.refuses(OWNER)),
    ("not-allowed", 403, "a coach or a lead", held, lambda life: life.approves(OTHER)),
    ("not-allowed", 403, "who asked", held, lambda life: life.withdraws(OTHER)),
    ("text-empty", 422, "needs words", held, lambda life: life.approves(text="\n")),
    ("not-a-draft", 409, "there is no draft r", owned, lambda life: life.changes(1)),
    ("not-a-draft", 409, "there is no draft r", owned, lambda life: life.sends()),
    ("not-a-draft", 409, "no draft: queued", queued, lambda life: life.sends()),
    ("not-a-draft", 409, "no draft: held", held, lambda life: life.discards()),
    ("not-a-draft", 409, "is on its way", owned, lambda life: life.cancels()),
    ("not-a-draft", 409, "is on its way", drafted, lambda life: life.cancels()),
    ("draft-changed", 412, "version 2 by kim", lambda: drafted().changes(1, COLLEAGUE), lambda life: life.changes(1)),
    ("draft-changed", 412, "version 1 by kim", drafted, lambda life: life.sends(7)),
    ("not-your-draft", 403, "by who wrote it", drafted, lambda life: life.discards(SHADOW)),
    ("not-allowed", 403, "write to its customers", owned, lambda life: life.drafts(EXPERT)),
    ("not-allowed", 403, "write to its customers", drafted, lambda life: life.changes(1, "stranger")),
    ("text-empty", 422, "needs words", owned, lambda life: life.drafts(text=" ")),
    ("not-the-owner", 403, "only the owner", drafted, lambda life: life.sends(actor=COLLEAGUE)),
    ("not-the-owner", 403, "only the owner", queued, lambda life: life.cancels(COLLEAGUE)),
    ("reply-not-failed", 409, "did not fail: queued", queued, lambda life: life.takes_up()),
    ("reply-not-failed", 409, "no reply x", owned, lambda life: life.takes_up("x")),
    ("reply-taken-up", 409, "again: draft", taken_up, lambda life: life.takes_up(draft_id="another")),
    ("not-allowed", 403, "write to its customers", lambda: queued().fails(), lambda life: life.takes_up(actor=EXPERT)),
    ("reply-has-left", 409, "sent", sent, lambda life: life.cancels()),
    ("moment-not-ahead", 422, "has passed", owned, lambda life: life.writes(send_at=life.now)),
    (
        "promise-in-the-past",
        422,
        "when the reply leaves",
        owned,
        lambda life: life.writes(
            send_at=life.now + timedelta(hours=2), promise={"what": "x", "due_at": life.now + timedelta(hours=1)}
        ),
    ),
    (
        "holding-reply-repeated",
        409,
        "other words",
        with_holding_reply,
        lambda life: life.writes(id_="s", kind="holding", text=TEMPLATES[0].format(by="18:00")),
    ),
    (
        "reply-check",
        422,
        "read that on our site",
        strict,
        lambda life: life.writes(text="You could have read that on our site."),
    ),
    ("reply-check", 422, "leaves something open", owned, opened),
]
ELSEWHERE = {"nothing-to-edit"}
"""Told where there is something without words: in the story of approvals."""


@pytest.mark.parametrize(("kind", "status", "words", "given", "tried"), REFUSED, ids=lambda value: str(value)[:20])
def test_is_refused_with_its_type_and_changes_nothing(
    kind: str, status: int, words: str, given: Callable[[], Waits], tried: Try
) -> None:
    life = given()
    before, said = life.case, len(life.said)
    with pytest.raises(Refused, match=words) as refused:
        tried(life)
    assert (refused.value.kind, refused.value.status) == (kind, status)
    assert (life.case, len(life.said)) == (before, said)


def test_the_table_has_every_kind() -> None:
    found = (kind for kind in vars(reply_refusals).values() if isinstance(kind, type) and issubclass(kind, Refused))
    assert {kind.kind for kind in found if kind is not Refused} <= {row[0] for row in REFUSED} | ELSEWHERE
