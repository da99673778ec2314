"""P6: an exercise tells nobody who the customer was. What is masked, in seven languages, and what has to stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.anonymous import Masker

KNOWN = Masker(["Ana Ruiz", "Ana", "Ruiz", "@ana_reads", "ana_reads", "Jo"], ["Moccarel"])

MASKED = [
    ("Hi, I am Ana and it leaks", "Hi, I am [name] and it leaks"),
    ("ANA RUIZ wrote before; Ruiz's machine", "[name] wrote before; [name] machine"),
    ("Jo did not call back", "[name] did not call back"),
    ("mail me: ana.ruiz+x@correo.example please", "mail me: [mail] please"),
    ("see https://photos.example/ana/1?x=2 and www.mine.example", "see [link] and [link]"),
    ("ask @sem_de_vries or @moccarel", "ask [handle] or [handle]"),
    ("Bel me op 06-12345678 of +31 (0)6 1234 5678.", "Bel me op [number] of [number]."),
    ("Call 020 7946 0958 or (201) 555-0123", "Call [number] or [number]"),
    ("Mein Konto DE89 3704 0044 0532 0130 00", "Mein Konto [number]"),
    ("IBAN NL91ABNA0417164300", "IBAN [number]"),
    ("Bestelnummer: 8841", "Bestelnummer: [number]"),
    ("order no. 12-A and invoice #77", "order no. [number] and invoice #[number]"),
    ("Ma commande n° 553 n'est pas là", "Ma commande n° [number] n'est pas là"),
    ("pedido 4500123456", "pedido [number]"),
    ("It is MK-20311-B", "It is [number]"),
    ("gekocht op 12-03-2026 of 2026/03/12", "gekocht op [date] of [date]"),
    ("Ik woon op Kerkstraat 12b, 1017 GD Amsterdam", "Ik woon op [address]"),
    ("Musterstraße 5, 10115 Berlin ist meine Adresse", "[address] ist meine Adresse"),
    ("I live at 221 Baker Street, NW1 6XE London", "I live at [address]"),
    ("J'habite 12 rue de la Paix, Paris", "J'habite [address]"),
    ("Vivo en Calle de Alcalá 45", "Vivo en [address]"),
    ("Abito in Via Garibaldi 7", "Abito in [address]"),
    ("Moro na Rua das Flores, 120", "Moro na [address]"),
    ("Beste Pieter, de pomp is stuk", "Beste [name], de pomp is stuk"),
    ("Dear Mrs Smith, thank you", "Dear Mrs [name], thank you"),
    ("Sehr geehrte Frau Müller-Lüdenscheidt,", "Sehr geehrte Frau [name],"),
    ("Mijn naam is Piet van der Berg en ik wacht", "Mijn naam is [name] en ik wacht"),
    ("Me llamo Lucía y espero", "Me llamo [name] y espero"),
    ("Je m'appelle Zoé Dupont.", "Je m'appelle [name]."),
    ("Het lekt.\nMet vriendelijke groet,\nKlaas Jansen", "Het lekt.\nMet vriendelijke groet,\n[name]"),
    ("Thanks, Bob", "Thanks, [name]"),
    ("Viele Grüße\nJürgen", "Viele Grüße\n[name]"),
    ("Do this.\n^MP", "Do this.\n[name]"),
]
STAYS = [
    "It cost € 1.249,95 and the part 12 euro",
    "Hi Moccarel, my machine leaks since 3 weeks",
    "Er blinken 2 lampjes, foutcode E42, na 90 seconden",
    "Thanks for the quick answer",
    "Beste team, het lukt niet",
    "The water is at 14:30 still cold; 40% of the cups",
    "",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_what_would_tell_who_it_was_is_masked(text: str, masked: str) -> None:
    assert KNOWN.masked(text) == masked


@pytest.mark.parametrize("text", STAYS)
def test_what_the_exercise_is_about_stays(text: str) -> None:
    assert KNOWN.masked(text) == text


def test_what_the_coach_names_goes_too() -> None:
    assert Masker(["Zutphen", "Peter"]).masked("my neighbour peter in Zutphen") == "my neighbour [name] in [name]"


@given(st.text(max_size=300))
def test_a_known_name_is_never_left(text: str) -> None:
    assert "ana" not in KNOWN.masked(f"{text} ANA, {text}").casefold().split()


@given(st.text(alphabet="ab .,\n", max_size=40), st.integers(min_value=10_000, max_value=10**15))
def test_no_number_of_five_digits_or_more_is_left(around: str, number: int) -> None:
    assert str(number) not in KNOWN.masked(f"{around} {number} {around}")


def test_a_name_in_a_script_without_spaces() -> None:
    assert Masker(["田中花子"]).masked("田中花子です") == "[name]です"
