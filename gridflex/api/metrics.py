"""Figures for machines: shares of a plan, and the text format of Prometheus.

The format is "Prometheus text-based exposition", version 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gridflex.agents.orchestrator import Decisions
from gridflex.api.meter import Times
from gridflex.api.parts import Parts
from gridflex.domain.regions import GB
from gridflex.services.sla import sla

Sample = tuple[Mapping[str, str], float]


def jobs_moved(decisions: Decisions) -> int:
    """Jobs that start later than their baseline."""
    plan = decisions.plan
    return int((plan.placed & (plan.start > plan.queue.baseline)).sum())


def sla_percent(decisions: Decisions) -> float | None:
    """Jobs planned in time, of those that could be; None where there are none."""
    kept = sla(decisions)
    return 100 * kept.in_time / kept.possible if kept.possible else None


def prometheus(parts: Parts) -> str:
    """The whole exposition."""
    return "".join(_families(parts))


def _families(parts: Parts) -> Iterator[str]:
    now, uptime, meter = parts.platform.clock(), parts.checks.report(), parts.meter
    view = parts.platform.grid.view(GB, now)
    here = {"region": "GB", "provenance": view.provenance.word}
    yield _family(
        "gridflex_carbon_intensity_gco2_kwh", "gauge", "Intensity of this half-hour.", (here, view.intensity_now)
    )
    yield _family("gridflex_energy_price_gbp_kwh", "gauge", "Price under the default tariff.", ({}, view.price_now))
    state = parts.platform.feed.state(GB, now)
    yield _family("gridflex_source_live", "gauge", "1 while the last due fetch succeeded.", ({}, float(state.live)))
    yield _family(
        "gridflex_start_time_seconds", "gauge", "Since when checks are counted.", ({}, uptime.since.timestamp())
    )
    yield _family("gridflex_self_checks_due_total", "counter", "Self-checks due.", ({}, uptime.due))
    yield _family("gridflex_self_checks_passed_total", "counter", "Self-checks passed.", ({}, uptime.passed))
    yield _durations("gridflex_decision", "Processor time of deciding a queue.", meter.decisions)
    yield _durations("gridflex_dispatch", "Wall time until a plan was on disk.", meter.dispatches)
    answered = sorted(meter.answered.items())
    samples = [({"method": method, "code": str(code)}, float(count)) for (method, code), count in answered]
    yield _family("gridflex_api_requests_total", "counter", "Requests answered.", *samples)


def _durations(name: str, help_text: str, times: Times) -> str:
    """Quantiles of the newest, in seconds, with the count of all."""
    shares = [({"quantile": f"{share:g}"}, times.quantile(share)) for share in (0.5, 0.95)]
    known = [(labels, ms / 1e3) for labels, ms in shares if ms is not None]
    quantiles = _family(f"{name}_seconds", "summary", help_text, *known)
    return f"{quantiles}{name}_seconds_count {times.count}\n{name}_seconds_sum {times.sum_ms / 1e3:g}\n"


def _family(name: str, kind: str, help_text: str, *samples: Sample) -> str:
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        marks = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        lines.append(f"{name}{{{marks}}} {value:.10g}" if marks else f"{name} {value:.10g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
