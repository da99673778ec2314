"""Recordings: what the events of a day tell, what a file of it may be, and the world that it becomes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from casekeeper.cli import app
from casekeeper.simulate.figures import figures
from casekeeper.simulate.recorder import NothingRecorded, recorded
from casekeeper.simulate.recording import RecordingInvalid, read, write
from casekeeper.simulate.replay import replay
from casekeeper.simulate.runs import Job, world_of
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseMessageAdded, CaseOpened, CaseOwnerChanged
from schemas.events.consult import ConsultAccepted, ConsultAnswered, ConsultDeclined, ConsultOffered, ConsultRequested
from schemas.events.message import Author, Classification, Message
from schemas.events.reply import ReplyDrafted, ReplyQueued, ReplySent
from schemas.events.roster import PersonRecorded, RosterPerson
from services.routing.domain.policies import POLICIES

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
LANE = {"case_id": "c1", "conversation": "talk", "brand": "homely"}
AGENTS, SPECIALIST = ("mira", "joost"), "mei"


def minute(number: float) -> datetime:
    return NINE + timedelta(minutes=number)


def told(at: datetime, data: Event, sequence: int = 0) -> Envelope:
    return Envelope(f"{at.isoformat()} {data.type} {sequence}", "test", "c1", at, "talk", data, sequence)


def person(id_: str, *, available: bool = True, capacity: int = 4) -> PersonRecorded:
    role = "specialist" if id_ == SPECIALIST else "agent"
    known = RosterPerson.model_validate(
        {
            "id": id_,
            "name": f"Known {id_}",
            "initials": "KN",
            "role": role,
            "email": f"{id_}@example.org",
            "country": "NL",
            "time_zone": "Europe/Amsterdam",
            "languages": {"nl": "C2", "en": "C1"},
            "skills": {"coffee": 3},
            "brands": ["homely"],
            "capacity": capacity,
            "hours": {"mon-fri": "08:00-18:00"},
        }
    )
    return PersonRecorded(person_id=id_, person=known, available=available)


def said(number: int, at: datetime) -> CaseMessageAdded:
    author = Author(id="customer", name="A customer")
    message = Message(
        id=f"m{number}",
        brand="homely",
        channel="mail",
        conversation="talk",
        external_id=f"x{number}",
        author=author,
        text="My machine leaks",
        sent_at=at,
        received_at=at,
    )
    sure = dict.fromkeys(
        ("language_confidence", "intent_confidence", "sentiment_confidence", "urgency_confidence"), 1.0
    )
    about = Classification(
        language="nl", intent="question", sentiment="neutral", urgency="normal", skill="coffee", **sure
    )
    return CaseMessageAdded(**LANE, message=message, classification=about)


def reply(number: int, kind: str, begun: datetime, sent: datetime, author: str = "mira") -> list[Envelope]:
    id_ = f"r{number}"
    drafted = ReplyDrafted(**LANE, reply_id=id_, version=1, author=author, kind=kind, text="words", drafted_at=begun)
    queued = ReplyQueued(
        **LANE,
        reply_id=id_,
        kind=kind,
        author=author,
        signature="^M",
        text="words",
        language="nl",
        channel="mail",
        recipient_id="customer",
        queued_at=sent,
    )
    left = ReplySent(**LANE, reply_id=id_, kind=kind, author=author, first=number == 1, sent_at=sent)
    return [told(begun, drafted, number), told(sent, queued, number), told(sent, left, number)]


def day() -> list[Envelope]:
    """One case: a holding reply after 12 minutes, two specialists asked, an answer, another question, a new owner."""
    opened = CaseOpened(
        **LANE,
        channel="mail",
        visibility="private",
        customer=Author(id="customer"),
        pool="care",
        language="nl",
        opened_at=NINE,
        first_reply_due_at=minute(60),
    )
    offer = {**LANE, "consult_id": "q1", "country": "NL"}
    about = {**LANE, "consult_id": "q1"}
    changed = CaseOwnerChanged(
        **LANE, owner="joost", previous_owner="mira", handover_id="h", by="mira", reason="leave", changed_at=minute(90)
    )
    return [
        *(told(NINE - timedelta(days=3), person(id_), place) for place, id_ in enumerate((*AGENTS, SPECIALIST))),
        told(NINE, opened),
        told(NINE, said(1, NINE)),
        told(minute(1), CaseAssigned(**LANE, owner="mira", request_id="o1", assigned_at=minute(1))),
        *reply(1, "holding", minute(10), minute(12)),
        told(
            minute(13),
            ConsultRequested(**about, asked_by="mira", question="?", skill="coffee", language="nl", due_at=minute(200)),
        ),
        told(minute(14), ConsultOffered(**offer, specialist="gone", request_id="s0")),
        told(minute(15), ConsultDeclined(**about, specialist="gone", request_id="s0", reason="busy")),
        told(minute(16), ConsultOffered(**offer, specialist=SPECIALIST, request_id="s1")),
        told(minute(20), ConsultAccepted(**about, specialist=SPECIALIST, request_id="s1")),
        told(minute(40), ConsultAnswered(**offer, specialist=SPECIALIST, answer="descale it")),
        *reply(2, "answer", minute(44), minute(50)),
        told(minute(80), said(2, minute(80))),
        told(minute(90), changed),
        *reply(3, "answer", minute(95), minute(98), author="joost"),
    ]


class TestRecorded:
    def test_tells_who_did_what_until_when(self) -> None:
        found = recorded(reversed(day()))
        [case] = found.cases
        assert found.day.day == date(2026, 11, 24)
        assert (case.language, case.skill, case.messages) == ("nl", "coffee", (NINE, minute(80)))
        assert [(each.person, each.since) for each in case.owners] == [("mira", minute(1)), ("joost", minute(90))]
        assert [(each.reply_kind, each.begun_at, each.sent_at) for each in case.replies] == [
            ("holding", minute(10), minute(12)),
            ("answer", minute(44), minute(50)),
            ("answer", minute(95), minute(98)),
        ]
        [consult] = case.consults
        assert [(each.specialist, each.ended) for each in consult.offers] == [("gone", "declined"), ("mei", "accepted")]
        assert (consult.answered_by, consult.answered_at) == ("mei", minute(40))

    def test_knows_people_as_they_were_on_the_day_and_keeps_no_names(self) -> None:
        later = [told(NINE + timedelta(days=2), person("mira", capacity=9)), told(NINE, person("nova", capacity=2))]
        away = [told(minute(30), person("joost", available=False)), told(minute(50), person("joost"), 1)]
        found = recorded([*day(), *later, *away])
        known = {each.person.id: each for each in found.people}
        assert {id_: each.person.capacity for id_, each in known.items()} == {
            "mira": 4,
            "joost": 4,
            "mei": 4,
            "nova": 2,
        }
        assert [(each.at, each.present) for each in known["joost"].presence] == [
            (minute(30), False),
            (minute(50), True),
        ]
        assert "Known" not in "".join(found.lines())

    def test_of_another_day_or_of_nothing_says_so(self) -> None:
        with pytest.raises(NothingRecorded, match=r"2026-11-23 \(UTC\); the topics have cases from 2026-11-24"):
            recorded(day(), date(2026, 11, 23))
        with pytest.raises(NothingRecorded, match="no case came in"):
            recorded([])
        with pytest.raises(NothingRecorded, match="nobody"):
            recorded([each for each in day() if not isinstance(each.data, PersonRecorded)])


class TestFile:
    def test_that_was_written_is_read_as_it_was(self, tmp_path: Path) -> None:
        written = recorded(day())
        write(written, tmp_path / "day.jsonl")
        assert read(tmp_path / "day.jsonl") == written

    @pytest.mark.parametrize(
        ("line", "instead", "says"),
        [
            (1, '{"kind":"case"', r":1: this is no JSON"),
            (1, '{"kind":"day","day":"2026-11-24","version":2}', r":1: day.version: Input should be 1"),
            (3, "[]", r":3: line: "),
            (3, '{"kind":"tea"}', r":3: line: .*'tea'"),
            (3, '{"kind":"person","person":{}}', r":3: person.person.id: Field required"),
            (5, '{"kind":"day","day":"2026-11-25"}', r":5: a recording is of one day"),
            (1, '{"kind":"day","day":"2026-11-25"}', r":5: the case c1 did not come in on 2026-11-25"),
        ],
    )
    def test_that_is_broken_says_in_which_line(self, line: int, instead: str, says: str, tmp_path: Path) -> None:
        path = tmp_path / "day.jsonl"
        lines = list(recorded(day()).lines())
        lines[line - 1] = instead
        path.write_text("\n".join(lines))
        with pytest.raises(RecordingInvalid, match=r"day\.jsonl" + says):
            read(path)
        done = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["simulate", "--replay", "--recording", str(path)])
        assert done.exit_code == 1
        assert str(path) in done.output

    @pytest.mark.parametrize(("text", "says"), [("", "it is empty"), ('{"kind":"person"}', ":1: ")])
    def test_without_a_day_is_none(self, text: str, says: str, tmp_path: Path) -> None:
        path = tmp_path / "day.jsonl"
        path.write_text(text)
        with pytest.raises(RecordingInvalid, match=says):
            read(path)
        with pytest.raises(RecordingInvalid, match="No such file"):
            read(tmp_path / "none.jsonl")


class TestReplay:
    def test_tells_what_happened(self) -> None:
        found = replay(recorded(day()), 1)
        [served] = found.served
        assert (served.first_reply, served.substantive) == (12 * 60, 50 * 60)
        assert (served.handovers, served.consults, served.offers, served.reoffers) == (1, 1, 2, 1)
        assert {id_: [each.ended - each.began for each in agent.pieces] for id_, agent in found.agents.items()} == {
            "mira": [120, 360],
            "joost": [180],
        }
        assert (found.measured, found.drawn) == (3, 0)
        told_of = figures(found.setting, found.served, found.agents)
        assert told_of["overall"]["first_reply_minutes"]["p50"] == 12
        assert told_of["utilisation"] == pytest.approx(11 / 60 / 20)

    @pytest.mark.parametrize("policy", POLICIES)
    def test_every_policy_works_through_it(self, policy: str) -> None:
        found = replay(recorded(day()), 1)
        world = world_of(found.setting, Job(policy, 1), found.cast)
        [served] = world.run()
        assert served.owner in AGENTS
        assert served.first_reply == 120  # at once, and as long as the holding reply took
        assert served.consults == 1
        # mei reacts as specialists do; then the answer takes as long as it took.
        assert served.substantive is not None
        assert served.substantive > served.first_reply + 360
        assert sorted(round(each.ended - each.began) for agent in world.agents.values() for each in agent.pieces) == [
            120,
            180,
            360,
        ]

    def test_nobody_works_who_was_away(self) -> None:
        away = told(minute(-60), person("mira", available=False))
        found = replay(recorded([*day(), away]), 1)
        world = world_of(found.setting, Job("deadline", 1), found.cast)
        [served] = world.run()
        assert served.owner == "joost"
        assert not world.agents["mira"].pieces

    def test_draws_what_is_not_known(self) -> None:
        bare = [each for each in day() if not isinstance(each.data, ReplyDrafted)]
        first, again, other = (replay(recorded(bare), seed) for seed in (1, 1, 2))
        assert (first.measured, first.drawn) == (0, 3)
        assert first.cast.contacts == again.cast.contacts != other.cast.contacts
