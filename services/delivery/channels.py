"""Which way out each channel of the organisation has, and the gateway at its end."""

from collections.abc import Mapping

from schemas import webhooks
from schemas.mail import NotAnAddress, checked_address
from schemas.organisation import Channel, Organisation
from services.delivery.domain.delivery import WayOut
from services.delivery.gateway import Gateway
from services.delivery.gateway_mail import MailGateway
from services.delivery.gateway_webhook import WebhookGateway
from services.delivery.settings import Settings


class ChannelInvalid(ValueError):
    """A channel can not be served as it is set up: the service does not start."""


def ways_out(organisation: Organisation, gateways: Mapping[str, Gateway]) -> dict[str, WayOut]:
    """What delivery must know of each channel; those without a gateway stay in the mailbox here."""
    return {
        channel.id: WayOut(
            max_length=channel.max_length,
            leaves=channel.id in gateways,
            needs_address=channel.kind == "mail" and channel.id in gateways,
        )
        for channel in organisation.channels
    }


def gateways(organisation: Organisation, settings: Settings, environment: Mapping[str, str]) -> dict[str, Gateway]:
    """A gateway for every channel that has somewhere to send to. Raises ChannelInvalid."""
    found: dict[str, Gateway] = {}
    for channel in organisation.channels:
        gateway = _gateway(channel, organisation, settings, environment)
        if gateway is not None:
            found[channel.id] = gateway
    return found


def _gateway(
    channel: Channel, organisation: Organisation, settings: Settings, environment: Mapping[str, str]
) -> Gateway | None:
    if channel.kind == "mail" and settings.smtp_host:
        return _mail(channel, organisation.brand(channel.brand).name, settings)
    if channel.kind == "webhook" and (url := environment.get(channel.reply_url_env or "", "").strip()):
        return _webhook(channel, url, settings, environment)
    return None


def _webhook(channel: Channel, url: str, settings: Settings, environment: Mapping[str, str]) -> WebhookGateway:
    try:
        webhooks.checked_url(url)
    except ValueError as error:
        raise ChannelInvalid(f"channel {channel.id}: {channel.reply_url_env} can not be used: {error}") from error
    try:
        key = webhooks.key_of(environment.get(channel.secret_env or "", ""))
    except ValueError as error:
        raise ChannelInvalid(
            f"channel {channel.id} needs its signing secret in the environment variable {channel.secret_env}: {error}"
        ) from error
    return WebhookGateway(url, key, settings.attempt_seconds)


def _mail(channel: Channel, brand: str, settings: Settings) -> MailGateway:
    try:
        from_address = checked_address(channel.from_address or "")
    except NotAnAddress as error:
        raise ChannelInvalid(f"channel {channel.id}: no mail can be sent from its from_address") from error
    return MailGateway(settings.mail_server, brand, from_address, settings.attempt_seconds)
