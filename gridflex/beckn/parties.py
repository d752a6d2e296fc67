"""Who speaks: the buyer we are, the network we speak to, the site the order is for."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridflex.beckn.goods import Address
from gridflex.beckn.orders import Customer
from gridflex.beckn.signing import KeyLookup, Signer
from gridflex.beckn.vocabulary import Dialect, Mode

DEMO_CUSTOMER = Customer(
    email="operations@gridflex.example",
    phone="+44 1632 960001",
    legal_name="GridFlex demo site",
    address=Address(address_locality="Cambridge", address_region="East England", address_country="GB"),
)
"""A name under .example and a number of the range kept for drama."""


@dataclass(frozen=True)
class Buyer:
    """We, as a buyer: subscriber id and the address answers are posted to, and who pays."""

    subscriber_id: str = "gridflex.example"
    uri: str = "https://gridflex.example/beckn"
    buyer_id: str = "buyer-gridflex-001"
    customer: Customer = field(default_factory=lambda: DEMO_CUSTOMER)


@dataclass(frozen=True)
class Site:
    """Where the workload runs at home; degrees, longitude first in messages."""

    longitude: float = 0.1218
    latitude: float = 52.2053
    address: Address = field(
        default_factory=lambda: Address(
            address_locality="Cambridge", address_region="East England", address_country="GB"
        )
    )


@dataclass(frozen=True)
class Network:
    """Whom we speak to and how. ``base_url`` and an action's name make an endpoint.

    ``api_key`` goes to this network only. ``signer`` None sends unsigned: a sync adapter
    signs for its buyer. ``keys`` None leaves answers unverified, and says so. ``bpp_id`` and
    ``bpp_uri`` are the provider spoken to where a discovery answer names none.
    """

    name: str
    base_url: str
    mode: Mode = Mode.SYNC
    dialect: Dialect = Dialect.DEG
    api_key: str | None = field(default=None, repr=False)
    signer: Signer | None = field(default=None, repr=False)
    keys: KeyLookup | None = field(default=None, repr=False)
    bpp_id: str | None = None
    bpp_uri: str | None = None
