"""Language of short messages as brands get them (U1), and `und` where nobody could tell (U3)."""

import pytest

from services.classification.domain import Classifier
from services.classification.domain.language import SUPPORTED

KNOWN = [
    ("nl", "Mijn koffiezetapparaat lekt, wat nu?"),
    ("nl", "@merk Wanneer wordt mijn pakket bezorgd? https://example.com/nl"),
    ("nl", "Bedankt!"),
    ("nl", "Ik wacht nog steeds op antwoord"),
    ("de", "Meine Kaffeemaschine ist undicht, was nun?"),
    ("de", "Wann kommt mein Paket?"),
    ("de", "Danke für die schnelle Hilfe 👍"),
    ("fr", "Ma machine à café fuit, que faire ?"),
    ("fr", "Toujours pas livré…"),
    ("fr", "Merci !"),
    ("es", "Mi cafetera pierde agua, ¿qué hago?"),
    ("es", "¿Cuándo llega mi pedido?"),
    ("es", "¡Hola! No funciona la aplicación"),
    ("pt", "A minha máquina de café não funciona"),
    ("pt", "Quando chega o meu pedido?"),
    ("pt", "Obrigada pela ajuda, vocês são ótimos"),
    ("it", "La mia macchina da caffè perde acqua"),
    ("it", "Quando arriva il mio pacco?"),
    ("it", "Grazie mille, siete gentilissimi"),
    ("tr", "Kahve makinem su sızdırıyor, ne yapmalıyım?"),
    ("tr", "Kargom ne zaman gelecek?"),
    ("tr", "Teşekkürler!"),
    ("pl", "Mój ekspres do kawy cieknie, co robić?"),
    ("pl", "Kiedy dojdzie moja paczka?"),
    ("pl", "Dzięki!"),
    ("en", "My coffee machine is leaking, what now?"),
    ("en", "Thanks for the quick help!"),
    ("en", "STILL NO DELIVERY!!! @brand #fail"),
    ("ar", "متى سيصل طلبي؟ لم يصلني شيء حتى الآن"),
    ("hi", "मेरी कॉफी मशीन काम नहीं कर रही है"),
    ("ja", "コーヒーメーカーから水が漏れています"),
    ("ru", "Моя кофемашина протекает, что делать?"),
    ("zh", "我的咖啡机漏水了，怎么办？"),
    ("uk", "Моя кавоварка протікає, що робити?"),
    ("sv", "Min kaffemaskin läcker, vad ska jag göra?"),
    ("da", "Hvornår kommer min pakke? Jeg har ventet i to uger"),
    ("fi", "Kahvinkeittimeni vuotaa, mitä teen?"),
    ("cs", "Kdy dorazí můj balíček?"),
    ("ro", "Când ajunge coletul meu?"),
    ("hu", "Mikor érkezik a csomagom?"),
    ("el", "Πότε θα φτάσει το δέμα μου;"),
    ("he", "מתי החבילה שלי תגיע?"),
    ("ko", "커피 머신에서 물이 새요"),
]


@pytest.mark.parametrize(("language", "text"), KNOWN)
def test_a_short_message_to_a_brand_is_recognised(classifier: Classifier, language: str, text: str) -> None:
    result = classifier.classify([text])[0]
    assert result.language == language
    assert result.language_confidence > 0.5


@pytest.mark.parametrize(
    "text", ["", "   ", "👍👍👍", "4711", "@brand https://example.com/nederlands", "?!", "\x00", "xkcd qq"]
)
def test_what_has_no_language_is_und(classifier: Classifier, text: str) -> None:
    assert classifier.classify([text])[0].language == "und"


def test_a_language_outside_the_supported_set_is_und_rather_than_wrong(classifier: Classifier) -> None:
    georgian = "ჩემი ყავის მანქანა არ მუშაობს, რა ვქნა?"
    assert "ka" not in SUPPORTED
    assert classifier.classify([georgian])[0].language == "und"


def test_handles_links_and_shouting_do_not_change_the_language(classifier: Classifier) -> None:
    plain, dressed = classifier.classify(
        ["Wanneer komt mijn pakket aan?", "@theparcelcompany WANNEER KOMT MIJN PAKKET AAN?"]
    )
    assert (plain.language, dressed.language) == ("nl", "nl")
