"""An organisation with people of one brand only, and cases planted with words that must not come to the wrong eyes."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from schemas.events.message import Author
from schemas.ids import derive
from services.desk.domain import CaseView
from tests.integration.desk.conftest import Browser
from tests.integration.desk.stage import CONVERSATION, Desk
from tests.unit.desk.stories import Story

EXAMPLE = Path("deploy/example-org")
ROLES = ("agent", "coach", "lead", "specialist", "operator")
OURS, OTHERS = "moccarel", "pluvane"
OWNER, LEAD_OF_ALL = "maaike.postma", "fleur.visser"
BRAND_MARK = "qzforeignqz"
"""Stands in everything about the other brand."""
MASKED_MARK = "qzmaskedqz"
"""Stands in all that tells how to reach a customer of ours, who has not said so to the reader."""
PHONE = "+31 6 77001122"
PHONE_MARK = "77001122"
COMMON = "zebrafinch"
"""Stands in every text, so that a search for it finds all."""
TEXT = f"{COMMON}: write to {MASKED_MARK}@hidden.example or call {PHONE}"
FOREIGN_TEXT = f"{COMMON} {BRAND_MARK} {BRAND_MARK}@hidden.example"


def person_of(role: str) -> str:
    return f"only.{role}"


def organisation_with_people_of_one_brand(folder: Path) -> Path:
    """The example with one more person for each role, who works for our brand only."""
    place = Path(shutil.copytree(EXAMPLE, folder / "organisation"))
    written = yaml.safe_load((EXAMPLE / "people/agents.yaml").read_text(encoding="utf-8"))["people"]
    model: dict[str, Any] = next(each for each in written if each["id"] == OWNER)
    people = []
    for role in ROLES:
        id = person_of(role)
        known = {"id": id, "name": f"Only {role.title()}", "initials": "OO", "email": f"{id}@hesselwijk.example"}
        told = model | known | {"role": role, "brands": [OURS]}
        answers = {} if role != "operator" else dict.fromkeys(("mandate", "stage"))
        people.append({name: value for name, value in told.items() if name not in answers})
    (place / "people/only.yaml").write_text(yaml.safe_dump({"people": people}), encoding="utf-8")
    return place


@dataclass(frozen=True)
class Planted:
    """The cases, by whose they are."""

    masked: str
    """Of our brand, owned by somebody else."""
    own: str
    """Of our brand, owned by the agent who serves it alone; the customer's details are masked."""
    foreign: str
    """Of the other brand."""
    consult: str
    """The question in it, which the specialist of our brand was never asked."""


async def plant(desk: Desk, owner: Browser) -> Planted:
    """The cases; returns when the desk knows all."""
    secret = Author(
        id=f"{MASKED_MARK}@hidden.example",
        name="Jonas",
        handle=f"{MASKED_MARK}@hidden.example",
        address=f"{MASKED_MARK}@hidden.example",
    )
    masked = await _case(desk, CONVERSATION, secret, TEXT, OWNER)
    own = await _case(desk, "conversation-own", secret, f"{COMMON} of my own", person_of("agent"))
    foreigner = Author(id=BRAND_MARK, name=f"{BRAND_MARK} Weber", handle=BRAND_MARK, address=f"{BRAND_MARK}@x.example")
    foreign = await _case(desk, "conversation-foreign", foreigner, FOREIGN_TEXT, OWNER, OTHERS)
    view = await _worked_on(desk, owner, foreign, FOREIGN_TEXT, skill="oral-care")
    await _worked_on(desk, owner, masked, TEXT, skill="coffee")
    return Planted(masked, own, foreign, view.consults[0].id)


async def _case(desk: Desk, conversation: str, customer: Author, text: str, owner: str, brand: str = OURS) -> str:
    told = {"brand": brand, "channel": f"web-{brand}", "customer": customer, "language": "en"}
    await desk.heard(Story(conversation, conversation, **told), (text,))
    await desk.assigned(owner, conversation)
    return derive("case", conversation, "1")


async def _worked_on(desk: Desk, owner: Browser, case_id: str, text: str, skill: str) -> CaseView:
    page = f"/cases/{case_id}"
    question = {"question": text, "skill": skill, "language": "en", "due_minutes": "60"}
    for tool, fields in (
        ("notes", {"text": text}),
        ("special", {"text": text}),
        ("consult", question),
        ("promise", {"what": text, "due": "60"}),
        ("reply", {"text": text, "kind": "answer"}),
        ("handovers", {"to": LEAD_OF_ALL, "reason": "shift-ends", "note": text}),
    ):
        done = await owner.submit(page, f"{page}/{tool}", partial=True, **fields)
        assert 'role="alert"' not in done.text, f"{tool}: {done.text}"
    return await desk.view(
        lambda view: view.replies and view.consults and view.promises and view.special and view.handover, case_id
    )
