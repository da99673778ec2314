"""The ledger of promises: what was promised by when, by whom, and whether it was kept (F1)."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from services.desk.api.parts import InParts
from services.desk.gateway.answers import Ledger
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
STATES = ("open", "broken", "kept", "late", "withdrawn")
State = Literal["", "open", "broken", "kept", "late", "withdrawn"]
Whose = Literal["", "mine", "all"]


@router.get("/promises")
async def promises(
    pages: TeamPages,
    desk: InParts,
    whose: Whose = "",
    brand: Annotated[str, Query(max_length=60)] = "",
    state: State = "open",
    after: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Promises of the brands that the reader serves, those due first on top."""
    reader = signed_in(pages)
    chosen = {"whose": whose or ("mine" if reader.person.role == "agent" else "all"), "brand": brand, "state": state}
    owner = reader.id if chosen["whose"] == "mine" else ""
    found = await desk.commands.see(
        Ledger, reader.id, "promises", owner=owner, brand=brand, state=state, cursor=after, limit="50"
    )

    def address(**changes: str) -> str:
        return f"/promises?{urlencode({**chosen, **changes})}"

    context = {
        "ledger": found,
        "customers": {
            id: row.customer for id in {each.case_id for each in found.items} if (row := desk.board.rows.get(id))
        },
        "chosen": chosen,
        "states": STATES,
        "brands": sorted(reader.brands),
        "address": address,
        "after": after,
    }
    people = await desk.people.among(each.owner for each in found.items)
    return await pages.render("promises.html", context, people=people)
