"""A service as a running stack would build it, for a benchmark that starts it by itself."""

import os
from typing import Any
from unittest.mock import patch

from casekeeper.local.stack import Stack
from casekeeper.services import build
from services.chassis.service import Service


def built(stack: Stack, name: str, **settings: Any) -> Service:
    """Not yet started, on any free port; `settings` overrule what the stack tells its services."""
    with patch.dict(os.environ, stack.environment()):
        return build(name, http_port=0, **settings)
