"""What a brand says on its own conversation page, in the languages of its customers."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.organisation_hours import Frozen
from schemas.organisation_values import Language, Text

ShortText = Annotated[Text, StringConstraints(max_length=200)]
"""It stands above a form, on a phone too."""


class ConversationPage(Frozen):
    """Texts by language. What is not given is said in the page's own words, or not at all."""

    greeting: dict[Language, ShortText] = Field(default_factory=dict)
    """The heading above the first message."""
    hours: dict[Language, ShortText] = Field(default_factory=dict)
    """When somebody answers, as the brand says it."""

    def greeting_in(self, language: str, main: str) -> tuple[str, str]:
        """The greeting for a page in this language and the language that it is in; both empty where there is none."""
        return _known(self.greeting, language, main)

    def hours_in(self, language: str, main: str) -> tuple[str, str]:
        """The same of the hours."""
        return _known(self.hours, language, main)

    def without_main(self, main: str) -> Iterator[str]:
        """The texts that the brand's main language lacks: whoever reads another one would see nothing."""
        for name, texts in (("greeting", self.greeting), ("hours", self.hours)):
            if texts and main not in texts:
                yield name


def _known(texts: Mapping[str, str], language: str, main: str) -> tuple[str, str]:
    return next(((texts[each], each) for each in (language, main) if each in texts), ("", ""))
