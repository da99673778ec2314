"""An owner is away and there is something to do: routing finds who acts for them until they are back (rule 1)."""

from dataclasses import replace
from datetime import datetime, timedelta

from schemas.base import Event
from schemas.events.case import CaseCoverEnded, CaseCoverNamed, CaseCoverUnwanted, CaseCoverWanted
from schemas.events.consult import ConsultAnswered
from schemas.events.followup import ClockWarned
from schemas.events.routing import CapacityReleased, CoverFound, CoverRequested, Explanation
from schemas.organisation import Person
from schemas.organisation_hours import Hours
from services.cases.domain import Case, commands
from services.cases.domain.commands import AnswerConsult, AskSpecialist, covers, ownership
from services.cases.domain.commands.finding_covers import cover_after, seen_to
from services.cases.domain.commands.refusing import RefuseAssignment, refuse_assignment
from services.cases.domain.terms import Terms
from services.cases.domain.timers import timers
from services.cases.handlers import table
from tests.unit.cases.life import BRAND as USUAL
from tests.unit.cases.life import EXPERT, LIMIT, OTHER, OWNER, START, Life, assignment, facts, person

BRAND = USUAL.model_copy(update={"policy": USUAL.policy.model_copy(update={"cover_automatically": True})})
HOURS = {OWNER: {"mon-fri": "09:00-17:30"}, "lotte": {"mon-fri": "17:00-23:00"}}
EVENING = START.replace(hour=18)
"""19:00 in Amsterdam on a Tuesday; the owner went home at 17:30 and is back at 09:00."""
BACK = START.replace(day=25, hour=8, minute=0)


def colleague(id_: str) -> Person:
    return Person.model_validate(person(id_).model_dump() | {"hours": HOURS.get(id_, "24/7")})


TERMS = Terms(BRAND, lambda moment: moment + timedelta(minutes=60), lambda _: LIMIT, colleague)


class Evening(Life):
    """A case whose owner has gone home."""

    def __init__(self, terms: Terms = TERMS, now: datetime = EVENING) -> None:
        super().__init__()
        self._routes = table(lambda _: terms).routes
        self.arrives().assigned()
        self.now = now

    def found(self, who: str = OTHER) -> "Evening":
        """Routing has found somebody for the last request."""
        wanted = self.of(CoverRequested)[-1]
        self.hear(
            CoverFound(
                **facts(self.case),
                request_id=wanted.request_id,
                person=who,
                explanation=Explanation(),
                decided_at=self.now,
            )
        )
        return self

    def time_passes(self, now: datetime) -> None:
        """Let everything happen that is due by then."""
        self.now = now
        while due := [timer for timer in timers(self.case) if timer.at <= now]:
            self.do(lambda case, timer=due[0]: timer.fire(case, TERMS, now))  # type: ignore[misc]

    def releases(self) -> list[tuple[str, str]]:
        """Which requests for a cover were given back, and by whom."""
        ids = {each.request_id for each in self.of(CoverRequested)}
        return [(each.request_id, each.person) for each in self.of(CapacityReleased) if each.request_id in ids]


class TestSomebodyIsAskedFor:
    def test_when_a_message_arrives_and_the_owner_is_away_for_longer_than_a_customer_may_wait(self) -> None:
        life = Evening().arrives(2, 60)
        (wanted,), (asked,) = life.of(CaseCoverWanted), life.of(CoverRequested)
        assert (wanted.owner, wanted.cause, wanted.subject_id) == (OWNER, "message", "message-2")
        assert (wanted.due_at, wanted.until) == (EVENING + timedelta(minutes=60), BACK)
        assert (asked.owner, asked.excluded, asked.until, asked.language) == (OWNER, (OWNER,), BACK, "en")
        assert asked.request_id == wanted.request_id
        assert life.case.owner == OWNER

    def test_once_however_many_messages_arrive(self) -> None:
        life = Evening().arrives(2, 60).arrives(3, 61)
        assert len(life.of(CoverRequested)) == 1

    def test_not_while_the_owner_is_at_work_or_back_in_time(self) -> None:
        assert not Evening(now=START).arrives(2).of(CoverRequested)
        assert not Evening(now=BACK - timedelta(minutes=60)).arrives(2).of(CoverRequested)
        assert Evening(now=BACK - timedelta(minutes=61)).arrives(2).of(CoverRequested)

    def test_not_of_those_who_refused_the_case(self) -> None:
        """O1: whoever gave the case back does not get it again by acting for who took it."""
        life = Evening()
        command = RefuseAssignment(reason="A neighbour of mine")
        life.do(lambda case: refuse_assignment(case, command, OWNER, TERMS, START))
        life.hear(assignment(life.case, "jan").model_copy(update={"request_id": life.case.next_owner_request}))
        life.do(
            lambda case: cover_after(
                case, [], "message", "m", replace(TERMS, person=lambda _: colleague(OWNER)), EVENING
            )
        )
        assert life.of(CoverRequested)[-1].excluded == ("jan", OWNER)

    def test_not_unless_the_brand_wants_it(self) -> None:
        assert not Evening(replace(TERMS, brand=USUAL)).arrives(2).of(CoverRequested)

    def test_not_in_a_case_without_owner_nor_in_a_resolved_one(self) -> None:
        life = Life()
        life._routes, life.now = table(lambda _: TERMS).routes, EVENING
        assert not life.arrives().arrives(2).of(CoverRequested)

    def test_when_the_customer_opens_a_resolved_case_again(self) -> None:
        life = Evening(now=START).answered().resolves()
        life.now = EVENING
        assert not life.of(CoverRequested)
        assert [each.cause for each in life.arrives(2, 300).of(CaseCoverWanted)] == ["message"]

    def test_when_a_specialist_has_answered(self) -> None:
        life = Evening(now=START)
        consult = life.asks()
        life.offered(consult)
        life.now = EVENING

        def rule(case: Case) -> list[Event]:
            answer = commands.answer_consult(case, consult, AnswerConsult(answer="Descale it"), EXPERT, life.now)
            assert any(isinstance(each, ConsultAnswered) for each in answer)
            return seen_to(case, answer, consult, TERMS, life.now)

        life.do(rule)
        assert [(each.cause, each.subject_id) for each in life.of(CaseCoverWanted)] == [("consult-answered", consult)]

    def test_not_when_a_specialist_answers_too_late_to_be_waited_for(self) -> None:
        life = Evening(now=START)
        consult = life.asks()
        life.offered(consult)
        life.do(lambda case: commands.withdraw_consult(case, consult, OWNER, START))
        life.now = EVENING

        def rule(case: Case) -> list[Event]:
            answer = commands.answer_consult(case, consult, AnswerConsult(answer="Descale it"), EXPERT, life.now)
            assert [each.late for each in answer if isinstance(each, ConsultAnswered)] == [True]
            return seen_to(case, answer, consult, TERMS, life.now)

        life.do(rule)
        assert not life.of(CaseCoverWanted)

    def test_after_an_answer_not_of_those_who_refused_the_case(self) -> None:
        """O1: refused by one, taken by another who has gone home when the answer comes."""
        gone = replace(TERMS, person=lambda _: colleague(OWNER))
        life = Evening(now=START)
        command = RefuseAssignment(reason="A neighbour of mine")
        life.do(lambda case: refuse_assignment(case, command, OWNER, TERMS, START))
        life.hear(assignment(life.case, "jan").model_copy(update={"request_id": life.case.next_owner_request}))
        asked = AskSpecialist(question="Why does it leak?")
        life.do(lambda case: commands.ask_specialist(case, asked, "jan", TERMS, "consult", START))
        life.offered("consult")
        life.now = EVENING

        def rule(case: Case) -> list[Event]:
            answer = commands.answer_consult(case, "consult", AnswerConsult(answer="Descale it"), EXPERT, life.now)
            return seen_to(case, answer, "consult", gone, life.now)

        life.do(rule)
        assert [each.excluded for each in life.of(CoverRequested)] == [("jan", OWNER)]

    def test_when_a_promise_is_due_soon(self) -> None:
        life = Evening(now=START)
        promise = life.promises(minutes=330)
        due_at = life.case.promises[promise].due_at
        names = {"clock_id": "clock", "subject_id": promise, "brand": "homely"}
        life.now = EVENING
        life.hear(ClockWarned(**facts(life.case), **names, kind="promise", due_at=due_at - timedelta(1)))
        assert not life.of(CaseCoverWanted), "the clock was set anew"
        life.hear(ClockWarned(**facts(life.case), **names, kind="promise", due_at=due_at))
        assert [(each.cause, each.subject_id) for each in life.of(CaseCoverWanted)] == [("promise-due", promise)]

    def test_for_an_owner_nobody_sees_coming_back_for_a_week(self) -> None:
        gone = colleague(OWNER).model_copy(update={"hours": Hours.model_validate({})})
        away = replace(TERMS, person=lambda id_: gone if id_ == OWNER else colleague(id_))
        (wanted,) = Evening(away).arrives(2).of(CaseCoverWanted)
        assert wanted.until == EVENING + timedelta(days=7)


class TestWhoWasFoundActsForTheOwner:
    def test_until_the_owner_is_back_and_the_owner_stays_the_owner(self) -> None:
        life = Evening().arrives(2).found()
        (named,) = life.of(CaseCoverNamed)
        assert (named.cover, named.by, named.starts_at, named.ends_at) == (OTHER, "routing", EVENING, BACK)
        assert (life.case.owner, life.case.cover_at(EVENING)) == (OWNER, OTHER)
        life.replies(actor=OTHER)
        life.time_passes(BACK)
        assert [each.by for each in life.of(CaseCoverEnded)] == [""]
        assert life.releases() == [(named.request_id, OTHER)]
        assert life.case.cover is None

    def test_another_message_meanwhile_asks_nobody_else(self) -> None:
        assert len(Evening().arrives(2).found().arrives(3).of(CoverRequested)) == 1

    def test_a_cover_who_has_gone_home_as_well_gives_way_to_another(self) -> None:
        life = Evening().arrives(2).found("lotte")
        life.now = EVENING.replace(hour=22, minute=30)
        life.arrives(3, 300)
        first, second = life.of(CoverRequested)
        assert second.excluded == (OWNER, "lotte")
        assert life.releases() == [(first.request_id, "lotte")]
        life.found(OTHER)
        assert life.case.cover_at(life.now) == OTHER

    def test_a_cover_whom_a_person_named_stays(self) -> None:
        life = Evening()
        named = covers.NameCover(cover="lotte", reason="Off", ends_at=BACK)
        life.do(lambda case: covers.name_cover(case, named, OWNER, TERMS, life.now))
        life.now = EVENING.replace(hour=22, minute=30)
        assert not life.arrives(3, 300).of(CoverRequested)

    def test_hearing_of_it_twice_is_hearing_of_it_once(self) -> None:
        life = Evening().arrives(2).found()
        life.found("lotte")
        assert [each.cover for each in life.of(CaseCoverNamed)] == [OTHER]


class TestTheSearchEndsOnce:
    def test_when_the_owner_is_back_first(self) -> None:
        life = Evening().arrives(2)
        life.time_passes(BACK)
        (asked,) = life.of(CoverRequested)
        assert [each.request_id for each in life.of(CaseCoverUnwanted)] == [asked.request_id]
        assert life.releases() == [(asked.request_id, "nobody")]
        life.found()
        assert not life.of(CaseCoverNamed)
        assert len(life.releases()) == 1

    def test_when_somebody_is_found_at_the_moment_the_owner_is_back(self) -> None:
        life = Evening().arrives(2)
        life.now = BACK
        life.found()
        assert not life.of(CaseCoverNamed)
        assert [each[1] for each in life.releases()] == ["nobody"]

    def test_when_a_person_names_the_cover(self) -> None:
        life = Evening().arrives(2)
        named = covers.NameCover(cover=OTHER, reason="Off", ends_at=BACK)
        life.do(lambda case: covers.name_cover(case, named, OWNER, TERMS, life.now))
        assert [each[1] for each in life.releases()] == ["nobody"]
        life.time_passes(BACK)
        assert len(life.releases()) == 1

    def test_when_the_case_goes_to_another_owner(self) -> None:
        for life in (Evening().arrives(2), Evening().arrives(2).found()):
            life.do(
                lambda case, life=life: ownership.owner_changed(case, "ines", "handover", "lead", ("Ill", ""), life.now)
            )  # type: ignore[misc]
            assert len(life.releases()) == 1
            assert (life.case.cover, life.case.cover_search) == (None, None)

    def test_when_the_cover_resolves_the_case(self) -> None:
        life = Evening().arrives(2).found()
        life.sent(life.replies(actor=OTHER)).resolves(OTHER)
        assert [each[1] for each in life.releases()] == [OTHER]
        assert life.case.cover is None
        life.time_passes(BACK)
        assert len(life.releases()) == 1

    def test_when_the_owner_resolves_the_case_in_the_evening_after_all(self) -> None:
        life = Evening().arrives(2)
        life.answered().resolves()
        assert [each[1] for each in life.releases()] == ["nobody"]
