"""What a local stack makes up at its first start and keeps: the services' token, the channels' signing secrets, log-ins."""

import base64
import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel

from schemas.organisation import Organisation

FILE = "secrets.json"
LOGINS = {"lead": 1, "coach": 1, "agent": 3, "specialist": 3, "operator": 1}
"""How many people of each role get a log-in to look around with."""


class Secrets(BaseModel):
    """Generated once per data folder; the file is readable by its owner only."""

    internal_token: str
    desk_secret: str
    test_contact_key: str = ""
    """Marks the test contacts (F11)."""
    channels: dict[str, str]
    """Signing secret by the name of its environment variable (Standard Webhooks, `whsec_…`)."""
    logins: dict[str, str]
    """Password by person."""


def keep(folder: Path, organisation: Organisation) -> Secrets:
    """The secrets of this data folder, made up where they are missing."""
    file = folder / FILE
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    fresh = Secrets(
        internal_token=known.get("internal_token") or secrets.token_urlsafe(32),
        desk_secret=known.get("desk_secret") or secrets.token_urlsafe(32),
        test_contact_key=known.get("test_contact_key") or secrets.token_urlsafe(32),
        channels={
            name: known.get("channels", {}).get(name) or _signing_secret() for name in _secret_names(organisation)
        },
        logins={
            person: known.get("logins", {}).get(person) or secrets.token_urlsafe(9) for person in _chosen(organisation)
        },
    )
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(fresh.model_dump_json(indent=2))
    return fresh


def _signing_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _secret_names(organisation: Organisation) -> list[str]:
    return [channel.secret_env for channel in organisation.channels if channel.secret_env]


def _chosen(organisation: Organisation) -> list[str]:
    chosen: list[str] = []
    for role, count in LOGINS.items():
        people = [person.id for person in organisation.people if person.role == role]
        chosen += people[:: max(1, len(people) // count)][:count]
    return chosen
