"""What the customer was given (M1)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from services.cases.domain.case import Case

CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {}
