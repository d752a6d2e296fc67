"""The figures of a window as peers write them, brought to our units or refused with the reason."""

from datetime import datetime, timedelta

from gridflex.beckn.goods import Address, CapacityParameters, Catalog, GridParameters, Location, Offer, TimeWindow
from gridflex.beckn.times import DAY, is_time_of_day, next_run, read_duration, read_moment, read_time_of_day
from gridflex.domain.regions import REGIONS
from gridflex.errors import InvalidMessage

MAX_INTENSITY = 2000.0
"""gCO2/kWh; twice that of the dirtiest coal."""

MAX_PRICE = 10.0
"""GBP/kWh either way; above the GB balancing market's caps."""

LONGEST = timedelta(days=7)
_NOTHING = timedelta()
_SECOND = timedelta(seconds=1)
_PER_KWH = {"per_kwh": 1.0, "gbp_per_kwh": 1.0, "per_mwh": 0.001, "gbp_per_mwh": 0.001}
_PER_MW = {"mw": 1.0, "kw": 0.001}


def times_of(window: TimeWindow | None, catalog: Catalog, now: datetime) -> tuple[datetime, datetime]:
    """Start and end of a window: the run of a daily one that is not over yet. Raises InvalidMessage."""
    if window is None or not window.start:
        raise InvalidMessage("it does not say when it is")
    length = read_duration(window.duration) if window.duration else None
    if is_time_of_day(window.start):
        opens, closes = _validity(catalog, now)
        end = read_time_of_day(window.end) if window.end else None
        begins, ends = next_run(read_time_of_day(window.start), end, length, max(opens, now - LONGEST))
        while ends <= now:
            begins, ends = next_run(read_time_of_day(window.start), end, length, begins + _SECOND)
        if begins > closes:
            raise InvalidMessage("it is over, and the catalogue holds for no later day")
    else:
        begins = read_moment(window.start)
        ends = read_moment(window.end) if window.end else begins + (length or _NOTHING)
    if not _NOTHING < ends - begins <= LONGEST:
        raise InvalidMessage("it does not end after it starts, or is longer than a week")
    return begins, ends


def _validity(catalog: Catalog, now: datetime) -> tuple[datetime, datetime]:
    period = catalog.validity
    if period is None or not period.start_date:
        raise InvalidMessage("it has a time of day, and the catalogue no date")
    opens = read_moment(period.start_date)
    return opens, read_moment(period.end_date) if period.end_date else max(opens, now) + DAY


def address_of(places: list[Location] | None) -> Address:
    """Address of the first place; a bare text is the locality."""
    address = places[0].address if places else None
    return address if isinstance(address, Address) else Address(address_locality=address)


def region_of(address: Address, grid: GridParameters) -> int | None:
    """Number of the grid region that address or grid parameters name, 0 for all of Great Britain; None for none."""
    spoken = {text.casefold() for text in (address.address_region, grid.grid_area, grid.grid_zone) if text}
    return next((number for number, name in REGIONS.items() if name.casefold() in spoken), None)


def intensity_of(grid: GridParameters) -> float:
    """Carbon intensity, gCO2/kWh. Raises InvalidMessage if it is missing, in another unit or impossible."""
    if grid.carbon_intensity is None:
        raise InvalidMessage("no carbon intensity is stated")
    unit = (grid.carbon_intensity_unit or "gCO2/kWh").replace(" ", "").casefold()
    if unit not in ("gco2/kwh", "kgco2/mwh", "g/kwh"):
        raise InvalidMessage(f"carbon intensity in {grid.carbon_intensity_unit}, not gCO2/kWh")
    if not 0 <= grid.carbon_intensity <= MAX_INTENSITY:
        raise InvalidMessage(f"a carbon intensity of {grid.carbon_intensity:g} gCO2/kWh cannot be")
    return grid.carbon_intensity


def renewables_of(grid: GridParameters) -> float:
    """Renewable mix, per cent. Raises InvalidMessage if it is missing or impossible."""
    if grid.renewable_mix is None or not 0 <= grid.renewable_mix <= 100:
        raise InvalidMessage("the renewable mix is not a per cent from 0 to 100")
    return grid.renewable_mix


def price_of(offer: Offer) -> float:
    """Price, GBP/kWh. Raises InvalidMessage if it is missing, in another currency or unit, or impossible."""
    price = offer.price
    if price is None or price.value is None:
        raise InvalidMessage("the offer has no price")
    if price.currency.upper() != "GBP":
        raise InvalidMessage(f"priced in {price.currency[:10]}; only GBP is compared")
    unit = ((offer.offer_attributes.unit if offer.offer_attributes else None) or "per_kWh").casefold()
    if unit not in _PER_KWH:
        raise InvalidMessage(f"priced {unit[:40]}, not per kWh")
    value = price.value * _PER_KWH[unit]
    if abs(value) > MAX_PRICE:
        raise InvalidMessage(f"a price of {value:g} GBP/kWh cannot be")
    return value


def megawatts(capacity: CapacityParameters, which: str) -> float:
    """One of the three powers, MW. Raises InvalidMessage if it is missing, negative or in no known unit."""
    value = getattr(capacity, which)
    unit = (capacity.capacity_unit or "MW").casefold()
    if value is None or value < 0:
        raise InvalidMessage(f"the {which.replace('_', ' ')} is not stated")
    if unit not in _PER_MW:
        raise InvalidMessage(f"capacity in {capacity.capacity_unit}, not MW or kW")
    return float(value) * _PER_MW[unit]
