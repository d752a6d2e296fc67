"""Which network is spoken to: the one the settings name, else the embedded sandbox."""

from __future__ import annotations

from pydantic import SecretStr

from gridflex.beckn.client import Client, Clock
from gridflex.beckn.remote import Remote, remote_client
from gridflex.beckn.signing import Signer
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.errors import InputError, SettingsError
from gridflex.services.beckn_board import Board
from gridflex.services.beckn_desk import OrderDesk
from gridflex.settings import Settings
from gridflex.store.database import Database
from gridflex.store.orders import Orders
from gridflex.store.trail import Trail

OFFLINE_PATIENCE_S = 10.0
"""The sample grid answers in milliseconds, so nobody is shown a board without it."""


def order_desk(settings: Settings, database: Database, trail: Trail, clock: Clock) -> OrderDesk:
    """The process's order desk. Raises SettingsError where the network's settings cannot work together."""
    remote = _remote(settings, clock) if settings.beckn_url else None
    board = Board() if settings.carbon_api_url else Board(OFFLINE_PATIENCE_S)
    return OrderDesk(Orders(database), trail, clock, remote, board)


def _remote(settings: Settings, clock: Clock) -> Client:
    remote = Remote(
        url=settings.beckn_url,
        api_key=_said(settings.beckn_api_key),
        mode=Mode(settings.beckn_mode),
        dialect=Dialect(settings.beckn_dialect),
        subscriber_id=settings.beckn_subscriber_id,
        uri=settings.beckn_uri,
        key_id=settings.beckn_key_id,
        private_key=_said(settings.beckn_private_key),
        registry_url=settings.beckn_registry_url or None,
        bpp_id=settings.beckn_bpp_id or None,
        bpp_uri=settings.beckn_bpp_uri or None,
    )
    client = remote_client(remote, clock)
    if client.network.signer:
        _require_usable(client.network.signer)
    return client


def _require_usable(signer: Signer) -> None:
    try:
        signer.public_key()
    except InputError as problem:
        raise SettingsError(f"GRIDFLEX_BECKN_PRIVATE_KEY: {problem}") from None


def _said(secret: SecretStr | None) -> str | None:
    return (secret.get_secret_value() or None) if secret else None
