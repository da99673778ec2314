"""What people call the things that the desk knows by id."""

from collections.abc import Mapping

from schemas.organisation import NotInOrganisation, Organisation, Person


class Names:
    """Names in one language. Whatever is not in the organisation (any more) is called by its id."""

    def __init__(self, organisation: Organisation, language: str, people: Mapping[str, Person]) -> None:
        self._organisation = organisation
        self._language = language
        self._people = people

    def brand(self, id: str) -> str:
        try:
            return self._organisation.brand(id).name
        except NotInOrganisation:
            return id

    def channel(self, id: str) -> str:
        try:
            return self._organisation.channel(id).name
        except NotInOrganisation:
            return id

    def topic(self, id: str) -> str:
        try:
            return self._in_language(self._organisation.topic(id).names, id)
        except NotInOrganisation:
            return id

    def skill(self, id: str) -> str:
        skill = self._organisation.by_id["skills"].get(id)
        return self._in_language(skill.names, id) if skill else id

    def person(self, id: str) -> str:
        return self._people[id].name if id in self._people else id

    def first_name(self, id: str) -> str:
        return self._people[id].first_name if id in self._people else id

    def initials(self, id: str) -> str:
        return self._people[id].initials if id in self._people else id[:2].upper()

    def known(self, id: str) -> Person | None:
        return self._people.get(id)

    def _in_language(self, names: Mapping[str, str], id: str) -> str:
        return names.get(self._language) or names.get("en") or next(iter(names.values()), id)
