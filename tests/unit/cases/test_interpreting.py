"""An owner who does not speak the customer's language has a text translated: a consult in all but who may be asked (O2)."""

from typing import Any

import pytest

from schemas.events.consult import ConsultAnswered, ConsultRequested
from schemas.events.routing import InterpreterRequested, SpecialistRequested
from schemas.organisation import Person
from services.cases.domain import commands, refusals
from services.cases.domain.answers import contribution
from services.cases.domain.commands import AskInterpreter
from tests.unit.cases.consulting import Consulting
from tests.unit.cases.life import OWNER, person

TURKISH = {"tr": "C1", "en": "C1"}
EMRE, AYSE = (
    Person.model_validate(person(name).model_dump() | {"languages": TURKISH, "role": role})
    for name, role in (("emre", "agent"), ("ayse", "specialist"))
)


class Interpreting(Consulting):
    """A case of a customer who writes Turkish; its owner speaks English."""

    def interprets(self, actor: str = OWNER, **changes: Any) -> "Interpreting":
        command = AskInterpreter.model_validate({"text": "Makinem su kaçırıyor", "source": "tr"} | changes)
        id_ = f"consult-{len(self.case.consults) + 1}"
        self.do(lambda case: commands.ask_interpreter(case, command, actor, self.terms, id_, self.now))
        self.routed()
        return self


def interpreted(*team: Person, **changes: Any) -> Interpreting:
    return Interpreting(*(team or (EMRE, AYSE))).interprets(**changes)


def test_a_message_goes_in_and_the_translation_comes_back_while_the_owner_stays_the_owner() -> None:
    life = interpreted()
    (asked,) = life.of(ConsultRequested)
    assert (asked.question, asked.language) == ("Makinem su kaçırıyor", "tr")
    assert asked.interpretation
    assert (asked.interpretation.source, asked.interpretation.target) == ("tr", "en")
    (first,) = life.asked
    life.accepts(first).answers(first, "My machine leaks")
    assert (life.case.owner, life.case.status) == (OWNER, "owned")
    assert [event.answer for event in life.of(ConsultAnswered)] == ["My machine leaks"]
    assert life.loads == {}


def test_a_draft_goes_out_in_the_customers_language_asked_for_by_the_same_language() -> None:
    life = interpreted(source="en", into="tr", text="Please descale it", level="C1", note="Kindly")
    (wanted,) = life.of(InterpreterRequested)
    assert (wanted.language, wanted.other_language, wanted.level) == ("tr", "en", "C1")
    assert life.consult.interpretation
    assert life.consult.interpretation.note == "Kindly"
    assert life.of(SpecialistRequested) == [wanted]


def test_who_asks_is_never_asked() -> None:
    (wanted,) = interpreted().of(InterpreterRequested)
    assert wanted.excluded == (OWNER,)


def test_declined_or_silent_it_goes_to_the_next_who_speaks_it() -> None:
    life = interpreted()
    first = life.asked[0]
    life.declines(first)
    (second,) = life.asked
    assert {first, second} == {"emre", "ayse"}
    again = life.of(InterpreterRequested)[-1]
    assert (set(again.excluded), again.other_language) == ({OWNER, first}, "en")
    life.passes(9)
    assert life.asked == [second]
    life.passes(1)
    assert (life.asked, len(life.consult.waiting)) == ([], 1)
    life.withdraws()
    assert life.loads == {}


def test_the_languages_follow_from_the_case_and_from_what_the_asker_speaks() -> None:
    life = Interpreting(EMRE)
    life.arrives(language="tr")
    life.interprets(source=None)
    text = life.consult.interpretation
    assert text
    assert (text.source, text.target) == ("tr", "en")
    life.interprets(source=None, into="tr")
    text = life.consult.interpretation
    assert text
    assert (text.source, text.target) == ("en", "tr")


@pytest.mark.parametrize("languages", [{"source": "en"}, {"source": "tr", "into": "tr"}, {"source": "und"}])
def test_one_language_is_nothing_to_translate(languages: dict[str, str]) -> None:
    life = Interpreting(EMRE)
    with pytest.raises(refusals.NothingToInterpret):
        life.interprets(**languages)
    assert life.case.consults == {}


def test_only_who_acts_in_the_case_asks() -> None:
    with pytest.raises(refusals.NotTheOwner):
        Interpreting(EMRE).interprets(actor="emre")


def test_a_translation_is_no_answer_for_the_library() -> None:
    life = interpreted()
    life.answers(life.asked[0], "My machine leaks")
    assert contribution(life.case).answers == ()
