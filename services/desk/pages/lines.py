"""The lines of the list of cases. A line is made once after each change, for all who see the same in it: many look at once."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from markupsafe import Markup

from schemas.organisation import Person
from services.desk.api.parts import Parts
from services.desk.domain.access import Reader
from services.desk.domain.board import Row
from services.desk.domain.next_thing import NextThing
from services.desk.pages import texts
from services.desk.pages.names import Names
from services.desk.pages.rendering import clock_state, environment


class Lines:
    """Lines for one reader at one moment."""

    def __init__(self, desk: Parts, reader: Reader, language: str, people: Mapping[str, Person], now: datetime) -> None:
        self._remembered = desk.lines
        self._reader = reader
        self._language = language
        self._names = Names(desk.organisation, language, people)
        self._now = now
        self._template = environment(language).get_template("_row.html")

    def __call__(self, row: Row, thing: NextThing | None) -> Markup:
        """The line of a case that needs this next."""
        counting = thing and thing.at and (thing.clock or thing.reason == "handover")
        clock = self._clock(thing.at) if counting and thing and thing.at else None
        owner = self._names.person(row.owner), self._names.initials(row.owner)
        choosable = self._choosable(row)
        made_of = (self._language, row, thing, clock, owner, choosable)
        return Markup(self._remembered.get(made_of, partial(self._made, row, thing, choosable)))  # noqa: S704 - our template's

    def _made(self, row: Row, thing: NextThing | None, choosable: bool) -> str:
        return self._template.render(
            row=row,
            thing=thing,
            choosable=choosable,
            names=self._names,
            remaining=lambda due: self._clock(due)[0],
            clock_state=lambda due: self._clock(due)[1],
        )

    def _clock(self, due: datetime) -> tuple[str, str]:
        """What a clock shows at this moment; the page's script counts on from there."""
        return texts.remaining(due, self._now, self._language), clock_state(due, self._now)

    def _choosable(self, row: Row) -> bool:
        """Whether the reader can choose it together with others, to hand them over."""
        return bool(row.owner) and row.status != "closed" and (row.owner == self._reader.id or self._reader.leads)
