"""Texts that a brand's people begin replies with. Each leaves something open, so that nobody sends it as it is (V2)."""

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.organisation_hours import Frozen
from schemas.organisation_values import Id, Language, Text

_GAP = re.compile(r"\[[^\W\d][^\[\]\n]{0,39}\]")
"""Such as [their name]; the reply check lets no such gap out."""


def _leaves_something_open(text: str) -> str:
    if not _GAP.search(text):
        raise ValueError("must leave something to be made personal, in brackets such as [what they ran into]")
    return text


TemplateText = Annotated[Text, AfterValidator(_leaves_something_open)]


class ReplyTemplate(Frozen):
    """One of them, in the languages in which somebody wrote it down."""

    id: Id
    names: dict[Language, Text] = Field(min_length=1)
    """What people call it, by language."""
    texts: dict[Language, TemplateText] = Field(min_length=1)

    def text_in(self, language: str) -> str:
        """The text in this language; empty where there is none."""
        return self.texts.get(language, "")

    def name_in(self, language: str) -> str:
        """What it is called, for whoever reads this language."""
        return _known(self.names, language)


class Templates(Frozen):
    """The part of a brand's policy that has them."""

    reply_templates: tuple[ReplyTemplate, ...] = ()
    """Beginnings of replies, for people to make personal: what is in [brackets] has to be replaced before it leaves."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [each.id for each in self.reply_templates]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"reply_templates has {twice[0]!r} twice: each has an id of its own")
        return self


def _known(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()))
