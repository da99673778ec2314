"""Who people are: as the roster's events tell, and for somebody not told of yet, as the organisation's files say."""

from collections.abc import Iterable

from schemas.organisation import NotInOrganisation, Organisation, Person
from services.chassis.mongo import Database
from services.desk.store.collections import PEOPLE


class People:
    """Looks people up."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self._database = database
        self._organisation = organisation

    async def find(self, person_id: str) -> Person | None:
        return (await self.among([person_id])).get(person_id)

    async def among(self, person_ids: Iterable[str]) -> dict[str, Person]:
        """Those of these people who are known, by id."""
        wanted = sorted({each for each in person_ids if each})
        if not wanted:
            return {}
        documents = await self._database.find(PEOPLE, {"_id": {"$in": wanted}})
        known: dict[str, Person] = {document.id: document.state for document in documents if document.state}
        for each in wanted:
            if each not in known and (person := self._filed(each)):
                known[each] = person
        return known

    def signing_in_as(self, name: str) -> str:
        """The person's id for what somebody typed: the id itself or the mail address."""
        typed = name.strip().lower()
        return next((person.id for person in self._organisation.people if person.email.lower() == typed), typed)

    def _filed(self, person_id: str) -> Person | None:
        try:
            return self._organisation.person(person_id)
        except NotInOrganisation:
            return None
