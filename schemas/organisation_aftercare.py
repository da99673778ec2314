"""What a brand does after its word is given: holding replies that are prepared (O5), surveys after closing (F5, V5)."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.organisation_hours import Frozen
from schemas.organisation_mandates import Mandates
from schemas.organisation_templates import Templates
from schemas.organisation_values import Id, Language, Text, only_placeholders
from schemas.survey_scales import SCALES, SurveyKind

LEAST_ANSWERS = 3
"""Below this a score tells what somebody in particular said."""
SurveyText = Annotated[Text, AfterValidator(only_placeholders({"link"}, {"link"}))]


class SurveyPolicy(Frozen):
    """How a brand asks its customers after a case; a brand without it asks nobody."""

    kind: SurveyKind
    channels: tuple[Id, ...] = Field(min_length=1)
    """Where it asks."""
    after_hours: float = Field(default=24, ge=0, le=24 * 30)
    """So long after closing, and then as soon as the brand is open. Hours on the clock."""
    share: float = Field(default=1, gt=0, le=1)
    """The share of its closed cases that it asks about."""
    period_days: int = Field(default=90, ge=1, le=3650)
    """A customer is asked at most once in so many days of 24 hours (V5)."""
    open_days: int = Field(default=7, ge=1, le=90)
    """An answer counts for so many days of 24 hours."""
    after_compliments: bool = False
    """Whether it asks about cases that were nothing but a compliment."""
    minimum_answers: int = Field(default=5, ge=LEAST_ANSWERS)
    """Groups with fewer answers are not shown."""
    texts: dict[Language, SurveyText]
    """The question by language, with `{link}` where the survey's page stands; says which numbers there are. At least en."""

    @model_validator(mode="after")
    def _says_how_to_answer(self) -> Self:
        if "en" not in self.texts:
            raise ValueError("texts lacks en: it is used for customers of languages without a text of their own")
        for language, text in self.texts.items():
            missing = [str(number) for number in SCALES[self.kind] if not re.search(rf"\b{number}\b", text)]
            if missing:
                low, high = SCALES[self.kind]
                raise ValueError(
                    f"the text in {language} lacks {' and '.join(missing)}: it must say that {low} to {high} are answers"
                )
        return self

    def text(self, language: str) -> tuple[str, str]:
        """The question in a language, or else in English, and the language that it is in."""
        return (self.texts[language], language) if language in self.texts else (self.texts["en"], "en")


class Aftercare(Mandates, Templates):
    """The part of a brand's policy about what the customer hears while they wait, and after the end."""

    holding_promise_minutes: int = Field(default=240, gt=0)
    """A prepared holding reply says that the customer hears more within this time (O5). Minutes of the brand's calendar,
    and never at a time when the owner is not at work."""
    holding_sent_minutes_before: int | None = Field(default=None, gt=0)
    """A prepared holding reply leaves by itself so long before the first reply is due, in the name of an owner who agreed to
    that; None: never. Minutes on the clock."""
    survey: SurveyPolicy | None = None
    """How the brand asks its customers after a case (F5); None: not at all."""
