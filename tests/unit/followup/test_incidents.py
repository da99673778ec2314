"""An incident: whose it is, and an answer that nobody gets before four eyes have seen it (F8)."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.events.incident import IncidentAnswerOffered, IncidentChanged, IncidentRaised, IncidentRisen, Reason, Rise
from services.followup.domain import incidents
from services.followup.domain.incidents import Change, Incident, IncidentCase, Refused
from tests.unit.followup.radar_moments import seen

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXTS = {"en": "It comes tomorrow.", "nl": "Het komt morgen."}


def reason(value: str = "delivery", dimension: str = "topic") -> Reason:
    facts = {"window_minutes": 60, "seen": 30, "expected": 2, "by_chance_per_week": 0.001}
    return Reason.model_validate({"dimension": dimension, "value": value, **facts})


def of(change: Change | None) -> Incident:
    assert change
    return change[0]


def raised(value: str = "delivery") -> Incident:
    return of(incidents.seen(None, f"i-{value}", "moccarel", [reason(value)], NOW, NOW))


def owned() -> Incident:
    return of(incidents.own(raised(), "kees", "kees", NOW))


def proposed() -> Incident:
    return of(incidents.propose(owned(), TEXTS, "kees", NOW))


def test_it_is_raised_once_and_takes_new_reasons_in() -> None:
    first = incidents.seen(None, "i", "moccarel", [reason(), reason()], NOW, NOW)
    assert first
    assert isinstance(first[1][0], IncidentRaised)
    assert incidents.seen(first[0], "i", "moccarel", [reason()], NOW, NOW) is None
    more = incidents.seen(first[0], "i", "moccarel", [reason(), reason("utrecht", "place")], NOW, NOW)
    assert more
    assert isinstance(more[1][0], IncidentChanged)
    assert [each.value for each in more[0].reasons] == ["delivery", "utrecht"]


def test_only_the_owner_writes_the_answer() -> None:
    with pytest.raises(Refused) as refused:
        incidents.propose(raised(), TEXTS, "kees", NOW)
    assert refused.value.kind == "not-the-incidents-owner"


def test_the_author_can_not_approve_nor_refuse_their_own() -> None:
    for decide in (
        lambda: incidents.approve(proposed(), 1, "kees", NOW),
        lambda: incidents.refuse(proposed(), 1, "no", "kees", NOW),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.kind == "four-eyes"


def test_only_the_version_that_was_read_is_approved() -> None:
    again = of(incidents.propose(proposed(), {"en": "At noon."}, "kees", NOW))
    with pytest.raises(Refused) as refused:
        incidents.approve(again, 1, "ines", NOW)
    assert refused.value.kind == "answer-not-waiting"
    assert of(incidents.approve(again, 2, "ines", NOW)).approved == again.proposed.model_copy(  # type: ignore[union-attr]
        update={"approved_by": "ines"}
    )


def test_what_was_refused_reaches_nobody_and_says_why() -> None:
    back = of(incidents.refuse(proposed(), 1, "say by when", "ines", NOW))
    assert (back.proposed, back.approved) == (None, None)
    assert (back.notes[-1].text, back.notes[-1].refuses_answer) == ("say by when", True)


def test_each_case_is_offered_the_answer_once_and_only_in_its_language() -> None:
    answer = of(incidents.approve(proposed(), 1, "ines", NOW)).approved
    assert answer
    joined = incidents.join(None, owned(), seen(1, "topic:delivery", "language:nl"), NOW)
    assert joined
    assert incidents.join(joined[0], owned(), seen(1, "topic:delivery", "language:nl"), NOW) is None
    offered = incidents.offer(joined[0], answer, NOW)
    assert offered
    assert [each.text for each in offered[1] if isinstance(each, IncidentAnswerOffered)] == ["Het komt morgen."]
    assert incidents.offer(offered[0], answer, NOW) is None
    spanish = IncidentCase.model_validate(joined[0].model_dump() | {"language": "es"})
    assert incidents.offer(spanish, answer, NOW) is None


def test_after_the_end_nothing_changes_but_notes() -> None:
    over = of(incidents.close(owned(), "false-alarm", "our own action", "kees", NOW))
    assert not over.open
    for late in (
        lambda: incidents.own(over, "ines", "ines", NOW),
        lambda: incidents.propose(over, TEXTS, "kees", NOW),
        lambda: incidents.close(over, "over", "", "kees", NOW),
    ):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.kind == "incident-closed"
    assert of(incidents.add_note(over, "learned", "kees", NOW)).notes[-1].text == "learned"


def test_one_that_turns_out_to_be_another_brings_its_cases_and_reasons() -> None:
    both = of(incidents.absorb(raised(), raised("returns"), "ines", NOW))
    assert both.leads == {"topic:delivery", "topic:returns"}
    assert len(both.reasons) == 2
    with pytest.raises(Refused):
        incidents.absorb(raised(), raised(), "ines", NOW)


def rise(minutes: int = 20) -> Rise:
    return Rise(reason=reason(), before=12, at=NOW + timedelta(minutes=minutes))


def test_each_time_it_rises_anew_is_told_once_and_only_of_one_that_is_open() -> None:
    first = incidents.rose(raised(), rise())
    assert first
    assert [each.rise for each in first[1] if isinstance(each, IncidentRisen)] == [rise()]
    assert incidents.rose(first[0], rise()) is None
    assert incidents.rose(first[0], rise(10)) is None
    assert len(of(incidents.rose(first[0], rise(90))).rises) == 2
    assert incidents.rose(of(incidents.close(raised(), "over", "", "kees", NOW)), rise()) is None
    assert incidents.rose(None, rise()) is None


def test_another_wave_names_the_incident_that_had_ended() -> None:
    again = incidents.seen(None, "i-2", "moccarel", [reason()], NOW, NOW, after="i-delivery")
    assert again
    assert [each.after for each in again[1] if isinstance(each, IncidentRaised)] == ["i-delivery"] == [again[0].after]
