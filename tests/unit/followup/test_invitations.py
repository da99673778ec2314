"""How long a specialist's link holds, what it leads to when it does not, and that each offer has one mail (O2). Pure."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultOffered,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.sending import Later, Outcome, Refused, Sent, Unknown
from services.followup.domain import invitations
from services.followup.domain.invitations import Invitation, InvitedConsult, Offer, Standing

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HALF_AN_HOUR, LEASE = timedelta(minutes=30), timedelta(minutes=1)
FACTS = {"case_id": "c", "conversation": "k", "brand": "moccarel", "consult_id": "q"}
ANN, BEN = "ann.lee", "ben.cole"


def consult(*specialists: str) -> InvitedConsult:
    state = invitations.requested(
        ConsultRequested(
            **FACTS, asked_by="mila", question="Why?", skill="coffee", language="en", due_at=NOW + timedelta(hours=2)
        )
    )
    for each in specialists:
        state = invitations.offered(state, offer(each), NOW)
    return state


def offer(specialist: str) -> ConsultOffered:
    expires = NOW + HALF_AN_HOUR
    return ConsultOffered(
        **FACTS, specialist=specialist, country="GB", request_id=f"r-{specialist}", expires_at=expires
    )


def of(state: InvitedConsult, specialist: str) -> Invitation:
    return next(each for each in state.invitations.values() if each.specialist == specialist)


def accepted(state: InvitedConsult, specialist: str, became: Offer = "accepted") -> InvitedConsult:
    event = ConsultAccepted(**FACTS, specialist=specialist, request_id=f"r-{specialist}")
    return invitations.moved(state, event, became)


def answered(specialist: str, *, late: bool = False) -> ConsultAnswered:
    return ConsultAnswered(**FACTS, specialist=specialist, country="GB", answer="So.", late=late)


def test_a_link_holds_until_the_offer_goes_to_somebody_else() -> None:
    state = consult(ANN)
    last = NOW + HALF_AN_HOUR - timedelta(seconds=1)
    assert state.standing(of(state, ANN), last) == "open"
    assert state.standing(of(state, ANN), NOW + HALF_AN_HOUR) == "expired"


@pytest.mark.parametrize("how", ["accepts", "asks back"])
def test_who_is_at_it_has_until_a_day_after_the_answer_was_due(how: str) -> None:
    state = consult(ANN)
    asked = ConsultAskedBack(**FACTS, specialist=ANN, text="Which one?")
    state = accepted(state, ANN) if how == "accepts" else invitations.asked_back(state, asked)
    end = NOW + timedelta(hours=26)
    assert state.standing(of(state, ANN), end - timedelta(seconds=1)) in invitations.LIVE
    assert state.standing(of(state, ANN), end) == "expired"


@pytest.mark.parametrize(
    ("became", "standing"), [("declined", "declined"), ("expired", "expired"), ("ended", "elsewhere")]
)
def test_what_becomes_of_the_offer_ends_its_link_and_no_other(became: Offer, standing: Standing) -> None:
    state = accepted(consult(ANN, BEN), ANN, became)
    assert [state.standing(of(state, each), NOW) for each in (ANN, BEN)] == [standing, "open"]


def test_an_answer_ends_all_links_and_a_late_one_none() -> None:
    late = invitations.ended(consult(ANN, BEN), answered(ANN, late=True))
    assert {late.standing(of(late, each), NOW) for each in (ANN, BEN)} == {"open"}
    state = invitations.ended(late, answered(ANN))
    assert [state.standing(of(state, each), NOW) for each in (ANN, BEN)] == ["answered", "elsewhere"]
    after = invitations.ended(state, ConsultWithdrawn(**FACTS))
    assert after.standing(of(after, ANN), NOW) == "answered", "what was answered can not be withdrawn"


def test_a_withdrawn_question_ends_all_links() -> None:
    state = invitations.ended(consult(ANN), ConsultWithdrawn(**FACTS))
    assert state.standing(of(state, ANN), NOW) == "withdrawn"


def test_a_question_that_goes_to_somebody_else_by_the_same_request_leaves_the_first_link_as_it_was() -> None:
    state = invitations.offered(consult(ANN), offer(BEN).model_copy(update={"request_id": f"r-{ANN}"}), NOW)
    assert len(state.invitations) == 2
    assert invitations.offered(state, offer(ANN), NOW) == state, "the same offer is one invitation"


def test_one_attempt_at_a_time_and_one_mail_for_each_offer() -> None:
    state = invitations.take(consult(ANN), "one", NOW, LEASE)
    assert state is not None
    assert invitations.take(state, "other", NOW, LEASE) is None
    done = invitations.came_to(state, of(state, ANN).id, Sent("x"), NOW)
    assert of(done, ANN).stage == "arrived"
    assert done.next_at is None
    assert invitations.take(done, "other", NOW + timedelta(days=1), LEASE) is None


@pytest.mark.parametrize(("outcome", "again"), [(Later("busy"), True), (Refused("no"), False), (Unknown("?"), False)])
def test_only_what_certainly_did_not_leave_is_tried_again(outcome: Outcome, again: bool) -> None:
    state = invitations.take(consult(ANN), "one", NOW, LEASE)
    assert state is not None
    after = invitations.came_to(state, of(state, ANN).id, outcome, NOW)
    assert (after.next_at is not None) == again
    assert of(after, ANN).error


def test_nobody_is_mailed_about_what_is_over_or_what_they_have_taken_already() -> None:
    for state in (invitations.ended(consult(ANN), ConsultWithdrawn(**FACTS)), accepted(consult(ANN), ANN)):
        after = invitations.take(state, "one", NOW, LEASE)
        assert after is not None
        assert (of(after, ANN).stage, after.next_at) == ("given-up", None)
