"""What customers wrote beside the number: how often about what and in which tone, and chosen by that (F5). Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from schemas.base import Model
from schemas.events.message import Intent, Sentiment
from services.followup.domain.surveys import Survey
from services.followup.domain.surveys_score import shown_groups


class Count(Model):
    """How many comments there are of a kind; none when they are too few to be shown."""

    key: str
    comments: int | None


class WordCounts(Model):
    """How many customers wrote what, of all comments that were read."""

    comments: int
    unread: int
    """Comments that the classifier has not read, or not yet: they are in no group."""
    minimum: int
    """Groups with fewer comments are not shown; nor is another one, where it would give away how large a hidden one is."""
    topics: tuple[Count, ...]
    """An empty key: about nothing that the organisation has a topic for."""
    intents: tuple[Count, ...]
    sentiments: tuple[Count, ...]


class Wanted(Model):
    """Which comments somebody wants to see; of an empty choice, all."""

    topics: frozenset[str] = frozenset()
    intents: frozenset[Intent] = frozenset()
    sentiments: frozenset[Sentiment] = frozenset()

    def fits(self, survey: Survey) -> bool:
        """Whether a comment is of each kind that was chosen; one that nobody has read fits no choice."""
        chosen: tuple[tuple[Collection[str], str], ...] = (
            (self.topics, survey.topic),
            (self.intents, survey.comment_intent),
            (self.sentiments, survey.sentiment),
        )
        return all(not wanted or said in wanted for wanted, said in chosen) and (self == Wanted() or _was_read(survey))


def words(answered: Iterable[Survey], minimum: int) -> WordCounts:
    """The comments of these surveys, counted."""
    said = [survey for survey in answered if survey.comment]
    read = [survey for survey in said if _was_read(survey)]
    return WordCounts(
        comments=len(said),
        unread=len(said) - len(read),
        minimum=minimum,
        topics=_counted([survey.topic for survey in read], minimum),
        intents=_counted([survey.comment_intent for survey in read if survey.comment_intent], minimum),
        sentiments=_counted([survey.sentiment for survey in read], minimum),
    )


def _was_read(survey: Survey) -> bool:
    return bool(survey.sentiment)


def _counted(keys: Sequence[str], minimum: int) -> tuple[Count, ...]:
    sizes = Counter(keys)
    shown = shown_groups(sizes, minimum)
    largest_first = sorted(sizes, key=lambda key: (-sizes[key], key))
    return tuple(Count(key=key, comments=sizes[key] if key in shown else None) for key in largest_first)
