"""Who people are: as the roster's events tell, and for somebody not told of yet, as the organisation's files say."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.organisation import NotInOrganisation, Organisation, Person
from services.chassis.mongo import Database
from services.desk.store.collections import PEOPLE

OWNER_ROLES = ("agent", "coach", "lead")
REMEMBERED = timedelta(seconds=30)
"""How long the list of a team is not looked up again."""


class People:
    """Looks people up."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self._database = database
        self._organisation = organisation
        self._owners: dict[str, Person] = {}
        self._owners_until: datetime | None = None

    async def find(self, person_id: str) -> Person | None:
        return (await self.among([person_id])).get(person_id)

    async def member(self, person_id: str) -> Person | None:
        """Somebody who may sign in, with the role and brands known now: the organisation's files have them, or never had.

        A person whom the files no longer have has left, whatever was told of them before. Who is known by records alone may
        until one says that they have left.
        """
        if self._filed(person_id):
            return await self.find(person_id)
        document = await self._database.get(PEOPLE, person_id) if person_id else None
        known = document.state if document else None
        return known if known and not known.filed and not known.left else None

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

    async def team(self, brand: str, now: datetime) -> dict[str, Person]:
        """Everybody who can own the brand's cases, by id; as of half a minute ago at most."""
        if self._owners_until is None or now >= self._owners_until:
            documents = await self._database.find(PEOPLE, {"role": {"$in": list(OWNER_ROLES)}})
            told: dict[str, Person] = {each.id: each.state for each in documents if each.state and not each.state.left}
            filed = await self.among(each.id for each in self._organisation.people if each.role in OWNER_ROLES)
            self._owners = {id: each for id, each in (filed | told).items() if each.role in OWNER_ROLES}
            self._owners_until = now + REMEMBERED
        return {id: each for id, each in self._owners.items() if brand in each.brands}

    async def signing_in_as(self, name: str) -> str:
        """The person's id for what somebody typed: the id itself or the mail address.

        An address of the organisation's files is the filed person's, whatever a record says; one of two records is nobody's.
        """
        typed = name.strip().lower()
        filed = next((person.id for person in self._organisation.people if person.email.lower() == typed), "")
        if filed or "@" not in typed:
            return filed or typed
        recorded = await self._database.rows(PEOPLE.name, {"recorded_email": typed})
        return str(recorded[0]["_id"]) if len(recorded) == 1 else typed

    async def called(self, name: str) -> Person | None:
        """The person whom an identity provider calls so, by id or mail address; None: nobody of ours."""
        return await self.member(await self.signing_in_as(name)) if name.strip() else None

    def _filed(self, person_id: str) -> Person | None:
        try:
            return self._organisation.person(person_id)
        except NotInOrganisation:
            return None
