"""The services by name: how to build one and run it."""

import importlib
from typing import Any, cast

from schemas.services import SERVICES
from services.chassis.clock import Clock
from services.chassis.config import ServiceConfig
from services.chassis.service import Service

PORTS = {name: 8081 + index for index, name in enumerate(name for name in SERVICES if name != "desk")} | {"desk": 8080}
"""Where each service listens unless told otherwise."""


def build(name: str, clock: Clock | None = None, **settings: Any) -> Service:
    """A service with settings from the environment, overruled by the ones given. Raises KeyError for an unknown name."""
    if name not in SERVICES:
        raise KeyError(name)
    module = importlib.import_module(f"services.{name}.settings")
    config = cast("ServiceConfig", module.Settings(**settings))
    return cast("Service", importlib.import_module(f"services.{name}.app").build(config, clock))
