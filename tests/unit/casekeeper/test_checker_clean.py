"""A run in which nothing went wrong gets zeros, however it looks."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from casekeeper.checker import Verdict, check
from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseOpened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultRequested
from schemas.events.promise import PromiseKept
from schemas.events.reply import ReplySent
from schemas.topics import BY_EVENT
from services.chassis.documents import Outgoing
from services.chassis.kafka import Record
from tests.unit.casekeeper.checker_logs import Run, Story, interleaved, whole


@st.composite
def stories(draw: st.DrawFn, name: str) -> Run:
    """One conversation with one or two cases, one after the other."""
    run = Run()
    for number in range(draw(st.integers(1, 2))):
        story = Story(run, name)
        story.case_id, story.request_id = f"case-{name}-{number}", f"owner-{name}-{number}"
        story.name = f"{name}-{number}"
        story.opened()
        story.assigned()
        for _ in range(draw(st.integers(0, 2))):
            story.added(story.message(copies=draw(st.integers(1, 3))))
        for _ in range(draw(st.integers(0, 2))):
            story.consulted(draw(st.sampled_from(["AR", "SG", "NL"])))
        promises = [story.promised() for _ in range(draw(st.integers(0, 2)))]
        for promise in promises:
            story.clock("promise", promise, breached=draw(st.booleans()))
            story.replied(keeps=promise)
        for _ in range(draw(st.integers(0, 2))):
            story.replied()
        story.resolved()
        for _ in range(draw(st.integers(0, 2))):
            story.reopened()
            story.replied()
            story.resolved()
        story.closed()
    return run


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Several conversations at the same time."""
    return interleaved([draw(stories(str(number))) for number in range(draw(st.integers(0, 4)))], draw(st.randoms()))


def tally(run: Run, kind: type[Event]) -> int:
    return sum(isinstance(each.event, kind) for each in run.said)


@settings(max_examples=100, deadline=None)
@given(run=runs(), again=st.randoms())
def test_a_clean_run_gets_zeros_and_its_figures(run: Run, again: random.Random) -> None:
    log = run.envelopes()
    for envelope in list(log):  # at least once: any event may come again, later
        if again.random() < 0.2:
            log.insert(again.randint(log.index(envelope) + 1, len(log)), envelope)
    verdict = check(run.sent, log, run.received)
    assert verdict.findings == ()
    assert verdict.clean
    assert verdict.figures() == {
        "messages": len(run.sent),
        "accepted": len(run.sent),
        "duplicates_rejected": sum(message.copies - 1 for message in run.sent),
        "cases": tally(run, CaseOpened),
        "owned": tally(run, CaseAssigned),
        "consults": tally(run, ConsultRequested),
        "consults_answered": tally(run, ConsultAnswered),
        "countries_consulted": len(
            {each.event.country for each in run.said if isinstance(each.event, ConsultAnswered)}
        ),
        "replies_sent": tally(run, ReplySent),
        "promises_kept": tally(run, PromiseKept),
        "resolved": len({each.event.case_id for each in run.said if isinstance(each.event, CaseResolved)}),
        "lost": 0,
        "double_effects": 0,
        "owner_violations": 0,
        "order_violations": 0,
    }


def test_an_empty_run_gets_zeros() -> None:
    assert set(check([], [], []).figures().values()) == {0}


def records(run: Run, prefix: str = "") -> list[Record]:
    """The log as Kafka holds it."""
    return [
        Record(
            f"{prefix}{BY_EVENT[type(each.data)].name}",
            0,
            offset,
            0,
            each.key.encode(),
            Outgoing.of(each).value.encode(),
            tuple(each.headers()),
        )
        for offset, each in enumerate(run.envelopes())
    ]


def test_records_of_a_prefixed_cluster_are_judged_the_same() -> None:
    run = whole()
    verdict = check(run.sent, records(run, prefix="care.test."), run.received)
    assert verdict == check(run.sent, run.envelopes(), run.received)
    assert verdict.clean
    assert verdict.cases == 1


def test_second_chances_and_dead_letters_are_not_judged_and_poison_is_named() -> None:
    run = whole()
    log = records(run)
    copy = log[0]
    aside = [
        Record(topic, 0, 0, 0, copy.key, copy.value, copy.headers) for topic in ("cases.retry", "classification.dead")
    ]
    poison = Record("messages.received", 0, 99, 0, b"k", b"{", ())
    astray = Record("cases.events", 0, 77, 0, copy.key, copy.value, copy.headers)
    verdict = check(run.sent, [*aside, *log, poison, astray], run.received)
    assert verdict.clean
    assert verdict.figures() == check(run.sent, log, run.received).figures()
    assert verdict.unreadable == (
        "messages.received 0:99: header ce_id is missing",
        "cases.events 0:77: message.received.v1 is not of here",
    )


def test_only_the_first_fifty_findings_are_kept_but_all_are_counted() -> None:
    run = Run()
    for number in range(60):
        Story(run, str(number)).message()
    verdict = check(run.sent, run.envelopes(), run.received)
    assert isinstance(verdict, Verdict)
    assert (verdict.lost, len(verdict.findings), verdict.clean) == (60, 50, False)
