"""What owners and specialists do with consults."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from schemas.base import Event
from schemas.ids import derive
from services.cases.domain import Case, commands
from services.cases.domain.commands import (
    AnswerConsult,
    AskBack,
    AskInterpreter,
    AskSpecialist,
    Clarify,
    DeclineConsult,
    RateAnswer,
)
from services.cases.domain.commands.finding_covers import seen_to
from services.cases.domain.terms import Terms
from tests.unit.cases.machine.walk import ACTING, ONE, PICK, Walk, act

SPECIALISTS = ("diego", "mei", "aisha", "damien")
ASKED = st.sampled_from([*["asked"] * 16, *SPECIALISTS, "owner"])


def consulted(case: Case) -> object:
    return case.consults


def offered(case: Case) -> bool:
    """Somebody was asked."""
    return any(consult.offers for consult in case.consults.values())


class ConsultRules(Walk):
    """Commands about questions to specialists."""

    @act(
        4,
        one=ONE,
        who=ACTING,
        places=st.sampled_from([1, 1, 2, 3]),
        named=st.sampled_from(["", "", "", *SPECIALISTS, "jonas"]),
        skill=st.sampled_from(["coffee", "coffee", ""]),
    )
    def asks_a_specialist(self, one: int, who: str, places: int, named: str, skill: str) -> None:
        facts: dict[str, Any] = {"question": "Why does it leak?", "skill": skill}
        facts |= {"specialist": named} if named else {"places": places}
        command = AskSpecialist.model_validate(facts)
        self.press(
            "ask-specialist",
            one,
            who,
            lambda c, a, t, n, k: commands.ask_specialist(c, command, a, t, derive("consult", k), n),
        )

    @act(
        3,
        one=ONE,
        who=ACTING,
        source=st.sampled_from([None, "nl", "nl", "tr"]),
        into=st.sampled_from([None, None, "nl"]),
        level=st.sampled_from(["B2", "B2", "C1"]),
    )
    def asks_an_interpreter(self, one: int, who: str, source: str | None, into: str | None, level: str) -> None:
        command = AskInterpreter.model_validate({"text": "Het lekt", "source": source, "into": into, "level": level})
        self.press(
            "ask-interpreter",
            one,
            who,
            lambda c, a, t, n, k: commands.ask_interpreter(c, command, a, t, derive("consult", k), n),
        )

    @act(3, having=consulted, one=ONE, who=ACTING, which=PICK, what=st.sampled_from(["clarify", "withdraw", "rate"]))
    def the_owner_goes_on(self, one: int, who: str, which: int, what: str) -> None:
        if case := self.case(one, consulted):
            id_ = self.pick(list(case.consults), which)
            told, stars = Clarify(text="The Picola"), RateAnswer(stars=4)
            rules = {
                "clarify": lambda c, a, t, n, k: commands.clarify(c, id_, told, a, n),
                "withdraw": lambda c, a, t, n, k: commands.withdraw_consult(c, id_, a, n),
                "rate": lambda c, a, t, n, k: commands.rate_answer(c, id_, stars, a, n),
            }
            self.command(f"{what}-consult", case, who, rules[what])

    def _asked(self, case: Case, id_: str, who: str, which: int) -> str:
        """Mostly somebody to whom it was offered."""
        if who != "asked" or id_ not in case.consults:
            return "diego" if who == "asked" else who
        offered = [offer.specialist for offer in case.consults[id_].offers.values()]
        return offered[-1 - which % len(offered)] if offered else "diego"

    def _specialist(self, one: int, who: str, which: int, whom: int, what: str, rule_: Any) -> None:
        if case := self.case(one, offered):
            id_ = self.pick(list(case.consults), which)
            self.command(
                f"{what}-consult", case, self._asked(case, id_, who, whom), lambda c, a, _, n, __: rule_(c, id_, a, n)
            )

    @act(4, having=offered, one=ONE, who=ASKED, which=PICK, whom=PICK)
    def a_specialist_accepts(self, one: int, who: str, which: int, whom: int) -> None:
        self._specialist(one, who, which, whom, "accept", lambda c, id_, a, _: commands.accept_consult(c, id_, a))

    @act(4, having=offered, one=ONE, who=ASKED, which=PICK, whom=PICK)
    def a_specialist_declines(self, one: int, who: str, which: int, whom: int) -> None:
        command = DeclineConsult(reason="Not mine")
        self._specialist(
            one, who, which, whom, "decline", lambda c, id_, a, n: commands.decline_consult(c, id_, command, a, n)
        )

    @act(3, having=offered, one=ONE, who=ASKED, which=PICK, whom=PICK)
    def a_specialist_asks_back(self, one: int, who: str, which: int, whom: int) -> None:
        command = AskBack(text="Which?")
        self._specialist(one, who, which, whom, "ask-back", lambda c, id_, a, _: commands.ask_back(c, id_, command, a))

    @act(
        4,
        having=offered,
        one=ONE,
        who=ASKED,
        which=PICK,
        whom=PICK,
        words=st.sampled_from(["A new seal", "Descale it"]),
    )
    def a_specialist_answers(self, one: int, who: str, which: int, whom: int, words: str) -> None:
        command = AnswerConsult(answer=words)
        if case := self.case(one, offered):
            id_ = self.pick(list(case.consults), which)
            actor = self._asked(case, id_, who, whom)

            def answered(case: Case, actor: str, terms: Terms, now: datetime, _: str) -> list[Event]:
                answer = commands.answer_consult(case, id_, command, actor, now)
                return seen_to(case, answer, id_, terms, now)

            self.command("answer-consult", case, actor, answered)
