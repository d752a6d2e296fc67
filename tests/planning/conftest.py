from __future__ import annotations

from hypothesis import settings

# A shared machine stalls now and then; what is slow shows in the benchmarks.
settings.register_profile("planning", deadline=None)
settings.load_profile("planning")
