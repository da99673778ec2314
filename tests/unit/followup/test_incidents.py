"""An incident: whose it is, and an answer that nobody gets before four eyes have seen it (F8)."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.base import milliseconds
from schemas.events.incident import IncidentAnswerOffered, IncidentChanged, IncidentRaised, Reason
from services.followup.domain import incidents
from services.followup.domain.incidents import Change, Incident, IncidentCase, Refused
from services.followup.domain.radar_detection import Alarm
from services.followup.domain.radar_grouping import CALM_MS, Watch, bursts, watched
from tests.unit.followup.radar_moments import NOON, at, seen

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


def alarm(key: str, per_week: float = 0.01) -> Alarm:
    return Alarm(key, "volume", 60, 30, 2, per_week)


def test_one_burst_seen_in_topic_place_and_language_is_one() -> None:
    recent = [seen(number, "topic:delivery", "place:utrecht", "language:nl") for number in range(20)]
    alarms = [
        alarm("language:nl", 1e-9),
        alarm("all:", 1e-9),
        alarm("topic:delivery", 1e-6),
        alarm("place:utrecht", 1e-3),
    ]
    found = bursts(alarms, recent, milliseconds(NOON))
    assert [(each.lead, each.keys) for each in found] == [("topic:delivery", {"topic:delivery", "place:utrecht"})]


def test_two_bursts_at_once_are_two() -> None:
    recent = [seen(number, "topic:delivery") for number in range(20)]
    recent += [seen(number + 20, "topic:returns") for number in range(20)]
    found = bursts([alarm("topic:delivery"), alarm("topic:returns")], recent, milliseconds(NOON))
    assert [each.lead for each in found] == ["topic:delivery", "topic:returns"]


def test_the_same_wave_is_the_same_incident_until_it_has_been_calm() -> None:
    recent = [seen(number, "topic:delivery", "place:utrecht") for number in range(20)]
    first = bursts([alarm("topic:delivery")], recent, milliseconds(NOON))
    other = bursts([alarm("place:utrecht")], recent, milliseconds(NOON))
    watch = watched(Watch(brand="moccarel"), first, recent, frozenset(), NOON)
    (episode,) = watch.episodes
    (same,) = watched(watch, other, recent, frozenset(), at(30)).episodes
    assert same.incident_id == episode.incident_id
    later = NOON + timedelta(milliseconds=CALM_MS + 1)
    (new,) = watched(watch, first, recent, frozenset(), later).episodes
    assert new.incident_id != episode.incident_id
    (still,) = watched(watch, first, recent, frozenset({episode.incident_id}), later).episodes
    assert still.incident_id == episode.incident_id
