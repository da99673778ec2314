"""Every text of the pages exists in every language, and languages are chosen as asked."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract
from starlette.requests import Request

from services.desk.pages import texts
from tests.unit.desk.stories import NOON

DESK = Path("services/desk")
OPTIONS = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true"}
LOCALES = sorted(each for each in (DESK / "locale").glob("*.po"))


def texts_of_the_pages() -> Iterator[str | tuple[str, ...]]:
    for template in sorted((DESK / "templates").glob("*.html")):
        options = OPTIONS | {"silent": "false", "newstyle_gettext": "true"}
        for _, function, message, _ in babel_extract(
            BytesIO(template.read_bytes()), ("_", "gettext", "ngettext"), [], options
        ):
            yield message[:2] if function == "ngettext" else message if isinstance(message, str) else message[0]
    for source in sorted(DESK.rglob("*.py")):
        for _, _, message, _ in extract_python(BytesIO(source.read_bytes()), ("_", "gettext"), [], {}):
            yield message


@pytest.mark.parametrize("path", LOCALES, ids=lambda path: path.stem)
def test_a_language_has_every_text_and_nothing_else(path: Path) -> None:
    catalogue = read_po(BytesIO(path.read_bytes()), locale=path.stem)
    needed = {text for text in texts_of_the_pages() if text}
    translated = {message.id for message in catalogue if message.id and all(_all(message.string))}
    assert needed - translated == set()
    assert translated - needed == set()


def _all(text: object) -> tuple[object, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (text,)


@pytest.mark.parametrize("path", LOCALES, ids=lambda path: path.stem)
def test_a_translation_fills_in_the_same_things(path: Path) -> None:
    for message in read_po(BytesIO(path.read_bytes()), locale=path.stem):
        for source, translation in zip(_all(message.id), _all(message.string), strict=True):
            for part in ("%(who)s", "%(n)s", "%(what)s", "%(country)s", "{n}", "{by}", "{zone}"):
                assert (part in str(source)) == (part in str(translation)), message.id


def request(query: str = "", cookie: str = "", accepts: str = "") -> Request:
    headers = [(b"accept-language", accepts.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "headers": headers, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (request(), "en"),
        (request(accepts="nl-BE,nl;q=0.9,en;q=0.8"), "nl"),
        (request(accepts="fr-FR,fr;q=0.9"), "en"),
        (request(accepts="nl", cookie="casekeeper-language=en"), "en"),
        (request("lang=nl", cookie="casekeeper-language=en"), "nl"),
        (request("lang=../../etc", accepts="nl"), "nl"),
        (request(accepts=";;,,=*"), "en"),
        (request(accepts="en;q=0.5,nl;q=0.8"), "nl"),
        (request(accepts="nl;q=0,en"), "en"),
        (request(accepts="nl;q=x,*"), "en"),
    ],
)
def test_the_language_asked_for_comes_first(asked: Request, language: str) -> None:
    assert texts.chosen_language(asked) == language


def test_who_reads_none_of_the_languages_reads_the_brands() -> None:
    assert texts.chosen_language(request(accepts="fr-FR,fr;q=0.9"), "nl") == "nl"
    assert texts.chosen_language(request(accepts="fr,en;q=0.1"), "nl") == "en"
    assert texts.chosen_language(request(), "qq") == "en"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (42, "42 s"),
        (12 * 60, "12 min"),
        (3 * 3600 + 59 * 60, "3:59 h"),
        (5 * 86400, "5 days"),
        (-13 * 60, "13 min late"),
    ],
)
def test_remaining_time_is_said_shortly(seconds: int, words: str) -> None:
    assert texts.remaining(NOON + timedelta(seconds=seconds), NOON, "en") == words


def test_names_of_languages_and_countries_are_the_readers() -> None:
    assert texts.language_name("de", "nl") == "Duits"
    assert texts.language_name("und", "en") == "unknown language"
    assert texts.language_name("qqq", "en") == "qqq"
    assert texts.country_name("AR", "en") == "Argentina"
