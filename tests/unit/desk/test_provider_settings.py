"""What the desk is told of the identity provider is whole, or it says what is missing."""

import pytest
from pydantic import ValidationError

from services.desk.settings import Settings

WHOLE = {"oidc_issuer": "https://id.example", "oidc_client_id": "desk", "public_url": "https://desk.example"}


@pytest.mark.parametrize(
    "changed",
    [{}, {"oidc_issuer": "http://127.0.0.1:8090"}, {"public_url": "http://localhost:8080"}, {"oidc_only": True}],
)
def test_whole_is_taken(changed: dict[str, object]) -> None:
    assert Settings(**(WHOLE | changed)).oidc_client_id == "desk"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"oidc_client_id": ""}, "needs oidc_client_id"),
        ({"public_url": ""}, "public_url"),
        ({"public_url": "http://desk.example"}, "no https address"),
        ({"oidc_issuer": "http://id.example"}, "no https address"),
        ({"oidc_issuer": "https://id.example?tenant=1"}, "no https address"),
        ({"oidc_scopes": "email"}, "oidc_scopes"),
        ({"clock_offset_seconds": 60}, "machine's own clock"),
        ({"oidc_issuer": "", "oidc_only": True}, "nobody could sign in"),
    ],
)
def test_what_is_missing_is_said(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(**(WHOLE | changed))
