"""One loaded classifier for all tests here: the shipped model and a small taxonomy."""

import pytest

from schemas.organisation_topics import Topic
from services.classification.domain import Classifier


def topic(id_: str, parent: str | None = None, skill: str | None = None, **words: tuple[str, ...]) -> Topic:
    return Topic(id=id_, parent=parent, names={"en": id_, "nl": id_}, words=words, skill=skill)


TOPICS = (
    topic(
        "coffee", skill="coffee-machines", en=("coffee machine", "espresso"), nl=("koffiezetapparaat",), de=("kaffee",)
    ),
    topic("coffee-leak", "coffee", en=("leak", "drips"), nl=("lekt", "lekkage"), de=("undicht",), pl=("cieknie",)),
    topic(
        "delivery", skill="logistics", en=("parcel", "delivery"), nl=("bezorg", "pakket"), ja=("配送",), ar=("توصيل",)
    ),
    topic("tv", en=("tv",)),
)


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier.load(TOPICS)
