"""What customers write about, as an organisation's files say it: a tree, with words and names in each language."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.organisation_hours import Frozen
from schemas.organisation_values import Id, Language, Text

TopicKind = Literal["topic", "product", "place"]


class Topic(Frozen):
    """A node of the tree of what customers write about (U1)."""

    id: Id
    parent: Id | None = None
    names: dict[Language, Text]
    """What people call it; at least en and nl."""
    words: dict[Language, tuple[Text, ...]] = Field(default_factory=dict)
    """Words that point to the topic, lower case, used from day one until there is training data."""
    examples: dict[Language, tuple[Text, ...]] = Field(default_factory=dict)
    """What people write about it; words that are in examples of this topic alone point to it, two or more together."""
    kind: TopicKind | None = None
    """product: something that is sold; place: where something happens, never what a message is about; None: the parent's kind,
    or topic."""
    skill: Id | None = None
    """What a person must know to answer; None: the parent's skill, or anybody."""

    @model_validator(mode="after")
    def _has_the_languages_of_the_desk(self) -> Self:
        if missing := {"en", "nl"} - self.names.keys():
            raise ValueError(f"names lacks {' and '.join(sorted(missing))}: a topic has a name in en and nl at least")
        return self
