"""What coaches said about replies (P3)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from services.cases.domain.case import Case

CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {}
