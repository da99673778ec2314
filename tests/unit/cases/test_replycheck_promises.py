"""Promises that the words of a reply make, in seven languages, by the customer's clock (F1)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.cases.domain.replycheck import proposals

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
"""14:30 in Amsterdam."""

PROMISED = [
    ("en", "I'll call you tomorrow before noon.", "2026-11-25 12:00"),
    ("en", "You'll hear from us by Friday.", "2026-11-27 18:00"),
    ("en", "We will reply within 48 hours.", "2026-11-26 14:30"),
    ("en", "I'll get back to you within 24-48 hours.", "2026-11-26 14:30"),
    ("en", "Within two days you will have our answer.", "2026-11-26 14:30"),
    ("en", "I'll update you in two working days.", "2026-11-26 18:00"),
    ("en", "I will write to you by 5 p.m. today.", "2026-11-24 17:00"),
    ("en", "I'll call you tonight.", "2026-11-24 22:00"),
    ("en", "We'll let you know by the end of the week.", "2026-11-27 18:00"),
    ("en", "You'll hear from me by next Tuesday at 5pm.", "2026-12-01 17:00"),
    ("en", "I'll send you the label in half an hour.", "2026-11-24 15:00"),
    ("en", "I'll send it on 3 December.", "2026-12-03 18:00"),
    ("en", "We will refund you on the next working day.", "2026-11-25 18:00"),
    ("en", "Tomorrow afternoon I'll ring you.", "2026-11-25 18:00"),
    ("en", "I'll write to you after the weekend.", "2026-11-30 18:00"),
    ("en", "My colleague will call you at 3.", "2026-11-24 15:00"),
    ("nl", "Ik bel je morgen voor 12 uur terug.", "2026-11-25 12:00"),
    ("nl", "Binnen twee dagen hoor je van me.", "2026-11-26 14:30"),
    ("nl", "Binnen 48 uur krijg je antwoord.", "2026-11-26 14:30"),
    ("nl", "Je hoort uiterlijk vrijdag van ons.", "2026-11-27 18:00"),
    ("nl", "Morgenochtend bel ik je.", "2026-11-25 12:00"),
    ("nl", "Je hoort het uiterlijk morgenmiddag van me.", "2026-11-25 18:00"),
    ("nl", "Vanmiddag laat ik je weten of het kan.", "2026-11-24 18:00"),
    ("nl", "Volgende week dinsdag bel ik je.", "2026-12-01 18:00"),
    ("nl", "Over een uur schrijf ik je.", "2026-11-24 15:30"),
    ("nl", "Overmorgen om 10.15 uur belt mijn collega je.", "2026-11-26 10:15"),
    ("nl", "Mijn collega belt je overmorgen om 10.15 uur.", "2026-11-26 10:15"),
    ("nl", "Ik stuur het op 3 december.", "2026-12-03 18:00"),
    ("nl", "Uiterlijk eind van de week heb je je geld terug.", "2026-11-27 18:00"),
    ("de", "Ich rufe Sie morgen vor 12 Uhr an.", "2026-11-25 12:00"),
    ("de", "Sie hören bis Freitag von mir.", "2026-11-27 18:00"),
    ("de", "Wir antworten innerhalb von 48 Stunden.", "2026-11-26 14:30"),
    ("de", "Ich melde mich in zwei Tagen.", "2026-11-26 14:30"),
    ("de", "Ich schreibe dir übermorgen.", "2026-11-26 18:00"),
    ("de", "Ich sende es am 3. Dezember.", "2026-12-03 18:00"),
    ("de", "Ich melde mich morgen früh.", "2026-11-25 12:00"),
    ("fr", "Je vous rappelle demain avant midi.", "2026-11-25 12:00"),
    ("fr", "Vous aurez de mes nouvelles d'ici vendredi.", "2026-11-27 18:00"),
    ("fr", "Nous vous répondons sous 48 heures.", "2026-11-26 14:30"),
    ("fr", "Je vous écris dans deux jours.", "2026-11-26 14:30"),
    ("fr", "Je vous appelle cet après-midi.", "2026-11-24 18:00"),
    ("fr", "Je vous appelle demain à 14h30.", "2026-11-25 14:30"),
    ("es", "Le llamo mañana antes de las 12.", "2026-11-25 12:00"),
    ("es", "Tendrá noticias mías antes del viernes.", "2026-11-27 18:00"),
    ("es", "Le respondemos en 48 horas.", "2026-11-26 14:30"),
    ("es", "Le escribo en dos días.", "2026-11-26 14:30"),
    ("es", "Le llamo mañana por la mañana.", "2026-11-25 12:00"),
    ("es", "Le llamo esta tarde.", "2026-11-24 18:00"),
    ("es", "Le escribo el 3 de diciembre.", "2026-12-03 18:00"),
    ("it", "La chiamo domani prima di mezzogiorno.", "2026-11-25 12:00"),
    ("it", "Avrà mie notizie entro venerdì.", "2026-11-27 18:00"),
    ("it", "Le rispondiamo entro 48 ore.", "2026-11-26 14:30"),
    ("it", "Le scrivo entro due giorni.", "2026-11-26 14:30"),
    ("it", "La chiamo domani alle 15.", "2026-11-25 15:00"),
    ("pt", "Ligo-lhe amanhã antes do meio-dia.", "2026-11-25 12:00"),
    ("pt", "Terá notícias minhas até sexta-feira.", "2026-11-27 18:00"),
    ("pt", "Respondemos dentro de 48 horas.", "2026-11-26 14:30"),
    ("pt", "Vou escrever-lhe dentro de dois dias.", "2026-11-26 14:30"),
    ("pt", "Ligo-lhe amanhã às 15 horas.", "2026-11-25 15:00"),
]
NOT_PROMISED = [
    ("en", "Your parcel arrives tomorrow."),
    ("en", "We are open until Friday."),
    ("en", "If you call us tomorrow, we'll help you."),
    ("en", "I'm afraid we can't call you tomorrow."),
    ("en", "Could you call me tomorrow?"),
    ("en", "I'll call you."),
    ("en", "I'll call you this morning."),
    ("en", "I'll call you at 9:00 today."),
    ("en", "I'll write to you within 900 days."),
    ("en", "I'll call you on 3 October."),
    ("en", "I'll call you at 25:70."),
    ("nl", "Kun je morgen bellen?"),
    ("nl", "Het pakket komt morgen."),
    ("nl", "Ik bel je vanmorgen."),
    ("de", "Können Sie morgen anrufen?"),
    ("fr", "Pouvez-vous appeler demain ?"),
    ("fi", "Soitan huomenna, I'll call you tomorrow."),
]


@pytest.mark.parametrize(("language", "text", "due"), PROMISED, ids=[text for _, text, _ in PROMISED])
def test_a_promise_in_the_words_is_proposed_with_its_moment(language: str, text: str, due: str) -> None:
    """F1: "I'll call you tomorrow before noon" is a promise with a due time in the customer's time zone."""
    found = proposals(text, language, TUESDAY, AMSTERDAM)
    moments = [each.due_at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M") for each in found]
    assert moments == [due]
    for each in found:
        assert each.due_at.tzinfo is UTC
        assert text[each.start : each.end] == each.words
        assert each.words in each.what


@pytest.mark.parametrize(("language", "text"), NOT_PROMISED, ids=[text for _, text in NOT_PROMISED])
def test_no_promise_no_moment_or_a_past_one_is_no_proposal(language: str, text: str) -> None:
    """F1: what has passed, lies absurdly far ahead or is somebody else's doing is not proposed."""
    assert proposals(text, language, TUESDAY, AMSTERDAM) == ()


class TestTheCustomersClock:
    def test_tomorrow_is_tomorrow_where_the_customer_is(self) -> None:
        late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
        moment = proposals("I'll call you tomorrow.", "en", late, ZoneInfo("Asia/Singapore"))[0].due_at
        assert moment == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("now", "due"),
        [
            (datetime(2026, 3, 28, 11, 0, tzinfo=UTC), datetime(2026, 3, 29, 10, 0, tzinfo=UTC)),
            (datetime(2026, 10, 24, 11, 0, tzinfo=UTC), datetime(2026, 10, 25, 11, 0, tzinfo=UTC)),
        ],
        ids=["to summer time", "to winter time"],
    )
    def test_noon_is_noon_when_the_clock_changes(self, now: datetime, due: datetime) -> None:
        assert proposals("I'll call you tomorrow before noon.", "en", now, AMSTERDAM)[0].due_at == due

    def test_hours_pass_as_they_pass_when_the_clock_changes(self) -> None:
        now = datetime(2026, 3, 28, 13, 0, tzinfo=UTC)
        found = proposals("You'll have an answer within 24 hours.", "en", now, AMSTERDAM)
        assert found[0].due_at == datetime(2026, 3, 29, 13, 0, tzinfo=UTC)

    def test_days_keep_the_hour_when_the_clock_changes(self) -> None:
        now = datetime(2026, 3, 28, 13, 0, tzinfo=UTC)
        found = proposals("You'll have an answer within two days.", "en", now, AMSTERDAM)
        assert found[0].due_at == datetime(2026, 3, 30, 12, 0, tzinfo=UTC)

    def test_today_goes_on_into_the_evening(self) -> None:
        evening = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
        found = proposals("I'll write to you today.", "en", evening, AMSTERDAM)
        assert found[0].due_at == datetime(2026, 11, 24, 21, 0, tzinfo=UTC)

    def test_a_weekday_that_has_just_passed_is_next_weeks(self) -> None:
        evening = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
        found = proposals("I'll write to you on Tuesday.", "en", evening, AMSTERDAM)
        assert found[0].due_at == datetime(2026, 12, 1, 17, 0, tzinfo=UTC)

    def test_working_days_leave_out_what_the_brand_does(self) -> None:
        closed = {date(2026, 11, 25)}
        found = proposals(
            "You'll hear from me within two working days.",
            "en",
            TUESDAY,
            AMSTERDAM,
            lambda day: day.weekday() < 5 and day not in closed,
        )
        assert found[0].due_at == datetime(2026, 11, 27, 17, 0, tzinfo=UTC)

    def test_the_first_of_january_is_next_years(self) -> None:
        found = proposals("I'll send it on 4 January.", "en", TUESDAY, AMSTERDAM)
        assert found[0].due_at == datetime(2027, 1, 4, 17, 0, tzinfo=UTC)


def test_each_sentence_can_promise() -> None:
    """F1."""
    found = proposals("I'll call you tomorrow. You'll have the money back by Friday.", "en", TUESDAY, AMSTERDAM)
    assert [each.what for each in found] == ["I'll call you tomorrow.", "You'll have the money back by Friday."]
