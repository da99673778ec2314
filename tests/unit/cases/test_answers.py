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


SIGNED = [
    ("en", "It leaks.\nKind regards,\nMary Smith", "Mary Smith"),
    ("en", "It leaks. Regards, Mary", "Mary"),
    ("en", "It leaks! Many thanks, Mary O'Neill.", "Mary O'Neill"),
    ("en", "My name is Mary Smith and it leaks.", "Mary Smith"),
    ("nl", "Het lekt.\nGroeten, Jan de Vries", "Jan de Vries"),
    ("nl", "Het lekt. Met vriendelijke groet,\n\nJan de Vries", "Jan de Vries"),
    ("nl", "Het lekt. Groetjes van Jan!", "Jan"),
    ("nl", "Het lekt. Groetjes, jan", "jan"),
    ("nl", "Het lekt. Alvast bedankt, Jan", "Jan"),
    ("de", "Es leckt.\nMit freundlichen Grüßen\nJürgen von der Heide", "Jürgen von der Heide"),
    ("de", "Es leckt. Liebe Grüße, Jürgen", "Jürgen"),
    ("de", "Es leckt. Viele Gruesse von Anja", "Anja"),
    ("fr", "Elle fuit.\nBien cordialement,\nZoé Dupont", "Zoé Dupont"),
    ("fr", "Elle fuit. Meilleures salutations, Zoé", "Zoé"),
    ("fr", "Elle fuit. Merci, Zoé", "Zoé"),
    ("es", "Pierde agua.\nUn cordial saludo,\nLucía Ferreyra", "Lucía Ferreyra"),
    ("es", "Pierde agua. Atentamente, Lucía", "Lucía"),
    ("es", "Pierde agua. Gracias, Lucía", "Lucía"),
    ("it", "Perde.\nCordiali saluti,\nGiulia Rossi", "Giulia Rossi"),
    ("it", "Perde. Tanti saluti, Giulia", "Giulia"),
    ("it", "Perde. Grazie, Giulia", "Giulia"),
    ("pt", "Pinga.\nCom os melhores cumprimentos,\nInês Silva", "Inês Silva"),
    ("pt", "Pinga. Abraços, Inês", "Inês"),
    ("pt", "Pinga. Obrigada, Inês", "Inês"),
]
NOT_SIGNED = [
    "Thanks for the quick answer about the Brio",
    "Bedankt, het werkt nu",
    "The seal, part 4103, is in the Duo 2. Regards the Duo 3 I do not know.",
    "Groet de klant en vraag naar het model",
    "Danke, das hilft",
    "Merci, cela fonctionne",
]


class TestNamesThatCustomersSignWith:
    """Who wrote from an address without a name still tells it in their words."""

    @pytest.mark.parametrize(("language", "text", "name"), SIGNED, ids=lambda value: str(value)[:30])
    def test_are_masked_in_a_question_that_quotes_them(self, language: str, text: str, name: str) -> None:
        assert masked(text) == text.replace(name, "[name]")

    @pytest.mark.parametrize(("language", "text", "name"), SIGNED, ids=lambda value: str(value)[:30])
    def test_are_masked_wherever_a_colleague_uses_them(self, language: str, text: str, name: str) -> None:
        """O2: the customer signed a message; owner and specialist speak of them by name."""
        first = name.split(maxsplit=1)[0].title()
        life = asked(question=f"{first} asks why it leaks")
        life.hear(message(2, 1, text=text))
        life.answers(life.asked[0], answer=f"Tell {first} to change the seal")
        (kept,) = contribution(life.case).answers
        assert (kept.question, kept.answer) == ("[name] asks why it leaks", "Tell [name] to change the seal")

    @pytest.mark.parametrize("text", NOT_SIGNED)
    def test_what_is_said_stays(self, text: str) -> None:
        assert masked(text) == text

    def test_the_small_words_of_a_name_stay_words(self) -> None:
        """ "van" is a part of many names, and of every second Dutch sentence."""
        life = asked(question="Wat is van belang voor Jan van Dijk?")
        life.hear(message(2, 1, text="Het lekt. Groeten, Jan van Dijk"))
        life.answers(life.asked[0], answer="De ring van de pomp; zeg dat maar tegen Dijk")
        (kept,) = contribution(life.case).answers
        assert (kept.question, kept.answer) == (
            "Wat is van belang voor [name]?",
            "De ring van de pomp; zeg dat maar tegen [name]",
        )
