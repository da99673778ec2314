"""The answer library: what is kept of a case, what tells nobody who the customer was, and what is found again (O2)."""

from typing import Any

import pytest

from schemas.events.message import Author
from services.cases.domain.answers import Answer, contributed_at, contribution, masked, named
from services.cases.gateway import PAIRS, PLAIN, AnswerIndex, analysis
from tests.unit.cases.consulting import VIDEO, Consulting, asked
from tests.unit.cases.life import message


def answer(id_: str, question: str, said: str = "It is the seal, part 4103.", **changes: Any) -> Answer:
    facts = {
        "id": id_,
        "case_id": f"case-of-{id_}",
        "consult_id": id_,
        "brand": "homely",
        "language": "en",
        "skill": "coffee",
        "topic": "coffee-machine",
        "specialist": "mei",
        "country": "SG",
        "question": question,
        "answer": said,
    }
    return Answer.model_validate(facts | changes)


def index(*answers: Answer) -> AnswerIndex:
    made = AnswerIndex()
    made.replace({each.case_id: [each] for each in answers})
    return made


def found(made: AnswerIndex, text: str, language: str = "", brand: str = "homely") -> list[str]:
    return [hit.answer.id for hit in made.search(text, {brand}, language)]


DESCALING = answer("descaling", "A Duo leaks underneath right after descaling. Which seal is it?")
LIGHT = answer("light", "The light of a Picola blinks twice", "Fill the tank and hold the button", topic="error-code")
SPANISH = answer(
    "spanish", "Pierde agua por debajo", "Es la junta del depósito; se cambia sin herramientas", language="es"
)
DUTCH = answer("dutch", "Het lampje knippert", "Houd de knop tien seconden ingedrukt", language="nl")
CHINESE = answer("chinese", "机器底部漏水怎么办", "更换密封圈", language="zh")
LIBRARY = index(DESCALING, LIGHT, SPANISH, DUTCH, CHINESE)


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("leaking after it was descaled", "descaling"),
            ("BLINKING lights", "light"),
            ("cambiar la junta", "spanish"),
            ("deposito", "spanish"),
            ("knipperende lampjes", "dutch"),
            ("底部漏水", "chinese"),
            ("4103", "descaling"),
        ],
    )
    def test_by_any_form_of_the_words_in_their_language(self, text: str, first: str) -> None:
        assert found(LIBRARY, text)[0] == first

    @pytest.mark.parametrize("text", ["zebra xylophone", "", "???", "the and of", '"', "AND OR NOT (", "brand:homely"])
    def test_nonsense_finds_nothing_and_breaks_nothing(self, text: str) -> None:
        assert found(LIBRARY, text) == []

    def test_the_brand_is_a_hard_filter(self) -> None:
        made = index(DESCALING, answer("other", DESCALING.question, brand="lumo"))
        assert found(made, "descaling") == ["descaling"]
        assert found(made, "descaling", brand="lumo") == ["other"]
        assert made.search("descaling", set()) == []
        assert len(made.search("descaling", {"homely", "lumo"})) == 2

    def test_better_rated_answers_come_first_unrated_and_late_ones_are_there_too(self) -> None:
        stars = {"useless": 1, "poor": 2, "unrated": 0, "fine": 3, "good": 4, "best": 5}
        made = index(
            answer("late", DESCALING.question, late=True),
            *(answer(name, DESCALING.question, stars=count) for name, count in stars.items()),
        )
        assert found(made, "leaks after descaling") == ["best", "good", "fine", "unrated", "late", "poor", "useless"]

    def test_what_fits_better_comes_before_what_is_rated_better(self) -> None:
        made = index(answer("vague", "Something about descaling", "No idea", stars=5), DESCALING)
        assert found(made, "leaks underneath after descaling a Duo") == ["descaling", "vague"]

    def test_of_what_fits_as_well_the_wanted_language_comes_first(self) -> None:
        made = index(
            answer("german", "Error E61", "E61", language="de"), answer("french", "Error E61", "E61", language="fr")
        )
        assert [found(made, "E61", language)[0] for language in ("de", "fr")] == ["german", "french"]

    def test_an_answer_that_changed_is_found_as_it_is_now_once(self) -> None:
        made = index(DESCALING, LIGHT)
        made.replace({DESCALING.case_id: [DESCALING.model_copy(update={"stars": 5})]})
        (hit,) = made.search("descaling", {"homely"})
        assert hit.answer.stars == 5
        made.replace({DESCALING.case_id: []})
        assert found(made, "descaling") == []
        assert made.get("descaling") is None
        assert made.get("light") == LIGHT

    def test_scores_are_shares(self) -> None:
        (hit,) = LIBRARY.search("Picola light blinks", {"homely"})
        assert hit.match == 1
        assert hit.score == LIGHT.quality == 0.8
        (partly,) = LIBRARY.search("Picola grinder", {"homely"})
        assert 0.3 < partly.match < 0.9

    def test_a_very_long_text_is_searched_by_its_beginning(self) -> None:
        assert found(LIBRARY, "descaling " + "x" * 5000 + " word" * 5000) == ["descaling"]

    @pytest.mark.parametrize(
        ("language", "how"), [("en", "en"), ("no", "no"), ("zh", PAIRS), ("th", PAIRS), ("und", PLAIN), ("vi", PLAIN)]
    )
    def test_each_language_has_its_way(self, language: str, how: str) -> None:
        assert analysis(language) == how


class TestNobodyCanTellWhoTheCustomerWas:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("Write to ana.lopez+1@mail.example.org.", "Write to [mail]."),
            ("call +31 6 1234 5678 or 06-12345678", "call [number] or [number]"),
            ("call (415) 555-0132 x", "call [number] x"),
            ("call 0049 (0)30 1234567, thanks", "call [number], thanks"),
            ("NL91 ABNA 0417 1643 00 please", "[number] please"),
            ("card 4111 1111 1111 1111", "card [number]"),
            (
                "part 996530073349 fits since 2024-11-30 and 1.5.2023",
                "part 996530073349 fits since 2024-11-30 and 1.5.2023",
            ),
            ("see https://help.example/v/06-12345678?x=1", "see https://help.example/v/06-12345678?x=1"),
            ("9 bar, 1.8 l, 1450 W, 24 mm, 12 345 678 901 234 567 890 123", None),
            ("nothing private: model 4103 from 2024", None),
        ],
    )
    def test_addresses_and_numbers(self, text: str, kept: str | None) -> None:
        assert masked(text) == (text if kept is None else kept)

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("Ana López says Ana's machine leaks", "[name] says [name]'s machine leaks"),
            ("LÓPEZ, ana, Anas Maschine, Anatomy", "[name], ana, [name] Maschine, Anatomy"),
            ("@ana_l and ana_l", "[name] and [name]"),
            ("王伟的机器", "[name]的机器"),
        ],
    )
    def test_names(self, text: str, kept: str) -> None:
        names = named({"Ana López", "Ana", "López", "LÓPEZ", "ana_l", "", "Al", "王伟"})
        assert masked(text, names) == kept

    def test_no_names_are_no_pattern(self) -> None:
        assert named(["", "Al"]) is None

    def test_the_names_of_everybody_who_wrote_in_the_case_in_question_and_answer(self) -> None:
        life = asked(question="Sanne de Vries (sanne@example.org, 0612345678) has a leak; also Bo's: why?")
        life.hear(message(2, 5, author=Author(id="ana", name="Sanne de Vries", handle="@sannedv")))
        life.hear(message(3, 6, author=Author(id="bob-1", name="Bob Mol")))
        life.answers(life.asked[0], "Tell SANNE it is the seal; bob-1 too", attachments=[VIDEO])
        (kept,) = contribution(life.case).answers
        assert kept.question == "[name] ([mail], [number]) has a leak; also Bo's: why?"
        assert kept.answer == "Tell [name] it is the seal; [name] too"
        assert kept.attachments[0].url == VIDEO["url"]


class TestWhatIsKeptOfACase:
    def test_answers_with_their_stars_and_late_ones_and_what_was_saved(self) -> None:
        life = asked(places=2)
        assert contributed_at(life.case) is None
        assert contribution(life.case).answers == ()
        slow, fast = life.asked
        life.answers(fast, "The seal").answers(slow, "The valve").passes(10).rates(5)
        best, late = contribution(life.case).answers
        assert (best.id, best.specialist, best.stars, best.late) == ("consult-1", fast, 5, False)
        assert (best.brand, best.skill, best.topic, best.language) == ("homely", "coffee", "coffee-machine", "en")
        assert (late.specialist, late.stars, late.late, late.consult_id) == (slow, 0, True, "consult-1")
        assert late.id not in ("", "consult-1")
        assert contributed_at(life.case) == life.now

    def test_a_question_without_an_answer_is_not_kept(self) -> None:
        life: Consulting = asked()
        life.withdraws()
        assert contribution(life.case).answers == ()
