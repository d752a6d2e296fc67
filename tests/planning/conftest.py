from __future__ import annotations

from hypothesis import HealthCheck, settings

# A shared machine stalls now and then; what is slow shows in the benchmarks.
settings.register_profile("planning", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("planning")
