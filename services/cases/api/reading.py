"""Cases as they are now."""

from typing import Any

from fastapi import APIRouter

from services.cases.api.acting import All

router = APIRouter()


@router.get("/cases/{case_id}")
async def show(case_id: str, cases: All) -> dict[str, Any]:
    """A case as it is now."""
    return await cases.find(case_id)
