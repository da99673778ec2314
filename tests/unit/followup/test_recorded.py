"""Who is known to follow-up by records alone."""

from pathlib import Path

from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation_file import load
from services.followup.domain.recorded import recorded

PERSON = RosterPerson.model_validate(load(Path("deploy/example-org")).people[0].model_dump())


def told(**more: bool) -> PersonRecorded:
    return PersonRecorded(person_id=PERSON.id, person=PERSON, **more)


def test_who_is_in_the_files_is_not_kept() -> None:
    assert recorded(None, told()) is None


def test_others_are_until_they_leave_or_the_files_have_them() -> None:
    known = recorded(None, told(filed=False))
    assert known
    assert not known.left
    for event in (told(filed=False, left=True), told()):
        after = recorded(known, event)
        assert after
        assert after.left
