"""How people sign in to this desk, put together."""

from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.repository import Repository
from services.desk.api.live import Hub
from services.desk.api.session import Sessions, Signing
from services.desk.domain.records import Means
from services.desk.gateway.identity_provider import IdentityProvider, Registration
from services.desk.pages import provider
from services.desk.pages.routing import SIGN_IN
from services.desk.settings import Settings
from services.desk.store.accounts import Accounts
from services.desk.store.people import People
from services.desk.store.sessions import OpenSessions


def sessions_of(
    settings: Settings, repository: Repository, accounts: Accounts, people: People, clock: Clock, hub: Hub
) -> Sessions:
    """Who is signed in."""
    longest, idle = timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes)
    allowed: dict[Means, bool] = {"password": not settings.oidc_only, "provider": bool(settings.oidc_issuer)}
    return Sessions(
        Signing(),
        OpenSessions(repository, clock, longest, idle),
        accounts,
        people,
        clock,
        secure=settings.secure_cookies,
        means=[means for means, on in allowed.items() if on],
        ended=hub.end,
    )


def provider_of(settings: Settings) -> IdentityProvider | None:
    """The organisation's identity provider; None when people sign in with passwords of ours only."""
    if not settings.oidc_issuer:
        return None
    here = settings.public_url.rstrip("/")
    return IdentityProvider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            scopes=settings.oidc_scopes,
            claim=settings.oidc_claim,
            name=settings.oidc_name,
            redirect_uri=f"{here}{provider.BACK}",
            afterwards=f"{here}{SIGN_IN}",
        )
    )
