"""What the grid's services paid, for when the auction results cannot be read: published levels, GBP/MW/h.

Written by us from NESO's day-ahead auction results (EAC): windows in which something cleared.
The response products' p5, median and p95 are of the twelve months to 1 August 2026, their
block figures the means of the same months; the reserve products' as each row says.
"""

from __future__ import annotations

from gridflex.domain.market_data import ServiceLevel

SOURCE = "NESO day-ahead auction results (EAC)"
YEAR, FY25, SUMMER = "August 2025 to 1 August 2026", "April 2025 to March 2026", "31 March to 1 August 2026"

_RESPONSE = {
    "DCL": (0.80, 2.18, 7.24),
    "DCH": (0.01, 1.14, 5.57),
    "DML": (3.06, 5.61, 11.80),
    "DMH": (-3.33, 0.00, 6.97),
    "DRL": (6.04, 14.91, 25.63),
    "DRH": (-15.0, -6.50, 6.21),
}
"""p5, median, p95 over all blocks."""

_BLOCK_MEANS = {
    "DCL": (1.9, 1.8, 3.3, 1.9, 4.3, 4.2),
    "DML": (5.0, 4.7, 6.8, 4.8, 8.4, 8.5),
    "DRL": (13.6, 12.4, 15.6, 12.9, 18.8, 19.7),
    "DMH": (-0.5, 1.1, -0.6, 1.8, 2.6, -0.9),
}
"""Means of EFA blocks 1 to 6."""

_RESERVE = (
    ServiceLevel("PQR", None, 2.23, 0.0, 12.90, FY25, f"{SOURCE}: p5, median, p95; mean 4.43"),
    ServiceLevel("NQR", None, 1.50, 0.0, 14.00, FY25, f"{SOURCE}: p5, median, p95; mean 3.78"),
    ServiceLevel("PSR", None, 3.92, None, None, SUMMER, f"{SOURCE}: mean; no quantiles published"),
    ServiceLevel("NSR", None, 0.84, None, None, SUMMER, f"{SOURCE}: mean; no quantiles published"),
)

SERVICE_LEVELS: tuple[ServiceLevel, ...] = (
    *(
        ServiceLevel(product, None, median, p5, p95, YEAR, f"{SOURCE}: p5, median, p95")
        for product, (p5, median, p95) in _RESPONSE.items()
    ),
    *(
        ServiceLevel(product, block, mean, _RESPONSE[product][0], _RESPONSE[product][2], YEAR, f"{SOURCE}: block mean")
        for product, means in _BLOCK_MEANS.items()
        for block, mean in enumerate(means, start=1)
    ),
    *_RESERVE,
)
