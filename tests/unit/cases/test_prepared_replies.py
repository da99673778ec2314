"""A holding reply lies ready when the first reply is due soon; it leaves by itself only where brand and owner said so (O5)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockWarned
from schemas.events.promise import PromiseMade
from schemas.events.reply import ReplyCancelled, ReplyDrafted, ReplyQueued, ReplyScheduled
from schemas.organisation import Person
from services.cases.domain import commands
from services.cases.domain.commands import SendDraft
from services.cases.domain.commands.handovers import OfferHandover, accept_handover, offer_handover
from services.cases.domain.commands.refusing import RefuseAssignment, refuse_assignment
from services.cases.domain.preparing import next_word
from services.cases.domain.terms import Terms
from services.cases.domain.timers import timers
from services.cases.handlers import table
from tests.unit.cases.life import BRAND as USUAL
from tests.unit.cases.life import EXPERT, LIMIT, OTHER, OWNER, START, Life, facts, person

WORDS = {"en": ("I am finding out; more by {by}.", "Not yet; more by {by}."), "es": ("Lo averiguo: antes de {by}.",)}
WARNED = START + timedelta(minutes=45)
LEAVES = START + timedelta(minutes=55)
AGREED = START - timedelta(days=3)


def terms(agreed: tuple[str, ...] = (OWNER,), minutes_before: int | None = 5, **people: dict[str, Any]) -> Terms:
    """A brand that lets prepared replies leave five minutes before the first reply is due."""
    more = {"holding_replies": WORDS, "holding_sent_minutes_before": minutes_before, "holding_promise_minutes": 120}
    brand = USUAL.model_copy(update={"policy": USUAL.policy.model_copy(update=more)})

    def colleague(id_: str) -> Person:
        return Person.model_validate(person(id_).model_dump() | people.get(id_, {}))

    return Terms(
        brand,
        lambda moment: moment + timedelta(minutes=60),
        lambda _: LIMIT,
        colleague,
        agreed=lambda who: AGREED if who in agreed else None,
    )


class Waiting(Life):
    """A case whose customer has not heard from us; its owner was warned, unless that comes later."""

    def __init__(self, terms: Terms, *, warned: bool = True, owner: str = OWNER, **message: Any) -> None:
        super().__init__()
        self.terms = terms
        self._routes = table(lambda _: self.terms).routes
        self.arrives(**message)
        if owner:
            self.assigned(owner)
        if warned:
            self.warned()

    def warned(self, kind: str = "first-response") -> None:
        self.now = max(self.now, WARNED)
        names = {"brand": "homely", "clock_id": "clock-1", "kind": kind, "subject_id": self.case.id}
        self.hear(ClockWarned.model_validate({**facts(self.case), **names, "due_at": self.case.first_reply_due_at}))

    def until(self, now: datetime) -> None:
        """Let everything happen that is due by then."""
        self.now = now
        while due := [timer for timer in timers(self.case) if timer.at <= now]:
            self.do(lambda case, timer=due[0]: timer.fire(case, self.terms, now))  # type: ignore[misc]

    @property
    def left(self) -> list[ReplyQueued]:
        return self.of(ReplyQueued)


class TestReady:
    def test_the_owner_finds_a_draft_in_the_customers_language_with_an_honest_time(self) -> None:
        life = Waiting(terms(agreed=()), language="es")
        (draft,) = life.of(ReplyDrafted)
        assert (draft.prepared, draft.kind, draft.author, draft.version) == (True, "holding", OWNER, 1)
        assert draft.promise
        assert draft.promise.due_at == START + timedelta(minutes=45 + 120)
        assert draft.text == "Lo averiguo: antes de 16:15 (UTC)."
        assert life.left == []

    def test_sent_by_the_owner_it_makes_its_promise(self) -> None:
        life = Waiting(terms(agreed=()))
        (draft,) = life.of(ReplyDrafted)
        command = SendDraft(version=1)
        life.do(lambda case: commands.send_draft(case, draft.reply_id, command, OWNER, life.terms, life.now))
        (queued,), (promised,) = life.left, life.of(PromiseMade)
        assert (queued.author, queued.agreed_at, promised.reply_id) == (OWNER, None, draft.reply_id)
        assert draft.promise
        assert promised.due_at == draft.promise.due_at

    def test_sent_by_hand_it_needs_no_agreement_also_where_it_can_be_taken_back_for_a_while(self) -> None:
        plain = terms(agreed=())
        policy = plain.brand.policy.model_copy(update={"undo_seconds": 30})
        life = Waiting(replace(plain, brand=plain.brand.model_copy(update={"policy": policy})))
        (draft,) = life.of(ReplyDrafted)
        command = SendDraft(version=1)
        life.do(lambda case: commands.send_draft(case, draft.reply_id, command, OWNER, life.terms, life.now))
        life.until(life.now + timedelta(seconds=30))
        assert [each.agreed_at for each in life.left] == [None]

    def test_words_that_the_customer_had_in_an_earlier_case_are_not_said_again(self) -> None:
        life = Waiting(terms(agreed=()))
        first = life.of(ReplyDrafted)[0]
        life.do(
            lambda case: commands.send_draft(case, first.reply_id, SendDraft(version=1), OWNER, life.terms, life.now)
        )
        life.sent(first.reply_id)
        life.sent(life.replies(keeps_promise=next(iter(life.case.promises))))
        life.resolves().quiet_passes()
        life.arrives(2, 5000)
        life.assigned()
        life.now = life.case.first_reply_due_at - timedelta(minutes=15)
        life.warned()
        second = life.of(ReplyDrafted)[1]
        assert {first.text.split(";")[0], second.text.split(";")[0]} == {"I am finding out", "Not yet"}

    def test_a_case_that_finds_its_owner_after_the_warning_has_it_then(self) -> None:
        life = Waiting(terms(agreed=()), owner="")
        assert life.of(ReplyDrafted) == []
        life.assigned()
        assert [each.author for each in life.of(ReplyDrafted)] == [OWNER]

    @pytest.mark.parametrize("kind", ["promise", "closing"])
    def test_other_clocks_prepare_nothing(self, kind: str) -> None:
        life = Waiting(terms(), warned=False)
        life.warned(kind)
        assert life.of(ReplyDrafted) == []

    @pytest.mark.parametrize("when", ["queued", "held", "scheduled", "sent"])
    def test_nothing_is_prepared_where_something_is_said_or_about_to_be(self, when: str) -> None:
        supervised = {OWNER: {"stage": "supervised"}} if when == "held" else {}
        life = Waiting(terms(**supervised), warned=False)
        later = {"send_at": START + timedelta(minutes=50)} if when == "scheduled" else {}
        command = commands.WriteReply(text="Turn it", **later)
        life.do(lambda case: commands.reply(case, command, OWNER, life.terms, "reply-1", life.now))
        assert life.case.replies["reply-1"].status == (when if when != "sent" else "queued")
        if when == "sent":
            life.sent("reply-1")
        life.warned()
        assert [each for each in life.of(ReplyDrafted) if each.prepared] == []

    def test_who_has_thrown_it_away_does_not_find_another_one(self) -> None:
        life = Waiting(terms(agreed=()))
        (draft,) = life.of(ReplyDrafted)
        life.do(lambda case: commands.discard_draft(case, draft.reply_id, OWNER, life.now))
        life.warned()
        assert len(life.of(ReplyDrafted)) == 1

    def test_a_brand_without_words_prepares_nothing(self) -> None:
        plain = terms()
        life = Waiting(replace(plain, brand=USUAL))
        assert life.of(ReplyDrafted) == []


class TestNextWord:
    def test_it_is_counted_from_when_the_specialist_who_was_asked_is_at_work(self) -> None:
        """13:30 in Amsterdam is 14:30; Diego begins at 20:00 there."""
        evening = terms(**{EXPERT: {"hours": {"mon-sun": "20:00-23:00"}}})
        life = Waiting(evening, warned=False)
        life.offered(life.asks())
        assert next_word(life.case, evening, WARNED) == START.replace(hour=21, minute=0)

    def test_it_is_when_the_owner_is_at_work_too(self) -> None:
        office = terms(**{OWNER: {"hours": {"mon-fri": "09:00-16:00"}}})
        life = Waiting(office, warned=False)
        assert next_word(life.case, office, WARNED) == START.replace(day=25, hour=8, minute=0)

    def test_it_is_on_the_quarter(self) -> None:
        life = Waiting(terms(), warned=False)
        assert next_word(life.case, terms(), WARNED + timedelta(minutes=1)) == WARNED + timedelta(minutes=135)

    def test_who_never_works_again_promises_nothing(self) -> None:
        gone = terms(**{OWNER: {"hours": "24/7", "leave": [{"first_day": "2026-11-01", "last_day": "2027-11-01"}]}})
        life = Waiting(gone)
        assert life.of(ReplyDrafted) == []


class TestByItself:
    def test_it_leaves_in_the_name_of_an_owner_who_agreed_and_says_so(self) -> None:
        life = Waiting(terms())
        (scheduled,) = life.of(ReplyScheduled)
        assert (scheduled.by, scheduled.send_at) == (OWNER, LEAVES)
        life.until(LEAVES - timedelta(seconds=1))
        assert life.left == []
        life.until(LEAVES)
        (queued,) = life.left
        assert (queued.author, queued.agreed_at, queued.signature) == (OWNER, AGREED, "^MI")
        assert [each.reply_id for each in life.of(PromiseMade)] == [queued.reply_id]
        life.until(LEAVES + timedelta(hours=1))
        assert len(life.left) == 1

    @pytest.mark.parametrize(
        "never",
        [terms(agreed=()), terms(agreed=(OTHER,)), terms(minutes_before=None)],
        ids=["nobody-agreed", "somebody-else-agreed", "not-this-brand"],
    )
    def test_never_where_brand_or_owner_have_not_said_so(self, never: Terms) -> None:
        life = Waiting(never)
        life.until(START + timedelta(hours=3))
        assert (life.left, life.of(ReplyScheduled)) == ([], [])
        assert len(life.of(ReplyDrafted)) == 1

    @pytest.mark.parametrize("stage", ["supervised", "shadow"])
    def test_never_where_others_have_to_see_what_the_owner_writes(self, stage: str) -> None:
        life = Waiting(terms(**{OWNER: {"stage": stage}}))
        life.until(START + timedelta(hours=3))
        assert life.left == []

    def test_not_when_the_owner_has_changed_their_mind(self) -> None:
        life = Waiting(terms())
        life.terms = terms(agreed=())
        life.until(LEAVES)
        assert life.left == []
        (cancelled,) = life.of(ReplyCancelled)
        assert cancelled.reason == f"{OWNER} does not let prepared holding replies leave by themselves"
        assert life.case.replies[cancelled.reply_id].status == "draft"

    @pytest.mark.parametrize("how", ["queued", "held"])
    def test_not_when_something_is_said_or_in_approval_meanwhile(self, how: str) -> None:
        life = Waiting(terms())
        if how == "held":
            life.terms = terms(**{OWNER: {"stage": "supervised"}})
        command = commands.WriteReply(text="Turn it")
        life.do(lambda case: commands.reply(case, command, OWNER, life.terms, "reply-1", life.now))
        life.terms = terms()
        life.until(LEAVES)
        assert [each.reply_id for each in life.left] == (["reply-1"] if how == "queued" else [])
        assert [each.reason for each in life.of(ReplyCancelled)] == ["something else was said, or is about to be"]

    def test_what_reached_the_customer_takes_it_back_at_once(self) -> None:
        life = Waiting(terms())
        command = commands.WriteReply(text="Turn it")
        life.do(lambda case: commands.reply(case, command, OWNER, life.terms, "reply-1", life.now))
        life.hear(DeliverySent(**facts(life.case), reply_id="reply-1", receipt="r", sent_at=life.now))
        assert [each.reason for each in life.of(ReplyCancelled)] == ["something else was said"]
        life.resolves()
        assert life.status == "resolved"

    def test_the_owner_can_take_it_back(self) -> None:
        life = Waiting(terms())
        (scheduled,) = life.of(ReplyScheduled)
        life.do(lambda case: commands.cancel_reply(case, scheduled.reply_id, OWNER, life.now))
        life.until(LEAVES)
        assert life.left == []

    def test_the_owner_may_still_refuse_the_case_and_then_it_does_not_leave(self) -> None:
        life = Waiting(terms())
        refusal = RefuseAssignment(reason="not my brand of machine")
        life.do(lambda case: refuse_assignment(case, refusal, OWNER, life.terms, life.now))
        life.until(LEAVES)
        assert life.left == []

    def test_not_in_the_name_of_a_former_owner(self) -> None:
        life = Waiting(terms(agreed=(OWNER, OTHER)))
        offer = OfferHandover(to=OTHER, reason="end of my shift")
        life.do(lambda case: offer_handover(case, offer, OWNER, "handover-1", life.terms, life.now))
        life.do(lambda case: accept_handover(case, "handover-1", OTHER, life.terms, life.now))
        assert life.case.owner == OTHER
        life.until(LEAVES)
        assert life.left == []
