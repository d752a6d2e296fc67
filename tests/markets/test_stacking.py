"""What may be held at once."""

from __future__ import annotations

from gridflex.markets.stacking import AVOIDED, FLEXIBILITY, RESERVE, RESPONSE, SERVICES, WHOLESALE, stacking_table


def test_every_pair_once_and_one_megawatt_holds_one_market() -> None:
    table = {frozenset((row.one, row.other)): row for row in stacking_table()}
    assert len(table) == len(SERVICES) * (len(SERVICES) - 1) // 2
    markets = (RESPONSE, RESERVE, WHOLESALE, FLEXIBILITY)
    for one in markets:
        assert table[frozenset((AVOIDED, one))].allowed
        for other in markets:
            if one != other:
                row = table[frozenset((one, other))]
                assert not row.allowed
                assert row.why
