"""The report: every target in one table, every part with its plots, in one HTML file that needs nothing else."""

from collections.abc import Sequence
from html import escape

from infra.bench.machine import Machine
from infra.bench.measure import Target
from infra.bench.sections import TITLES, section, spread, table
from infra.bench.suite import PartResult

_STYLE = """
:root { color-scheme: light; --ink: #1f2933; --soft: #66717e; --line: #d9dee4; --good: #23774a; --bad: #b3362b; }
body { margin: 0 auto; max-width: 860px; padding: 40px 24px 80px; color: var(--ink); background: #fff;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 48px 0 8px; padding-top: 16px;
  border-top: 1px solid var(--line); } h3 { font-size: 15px; margin: 24px 0 8px; }
p.lead, small, .tick { color: var(--soft); } code, pre { font-size: 12px; }
table { border-collapse: collapse; width: 100%; margin: 12px 0 20px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); border-bottom-width: 2px; }
.met, .missed { font-weight: 600; white-space: nowrap; } .met { color: var(--good); } .missed { color: var(--bad); }
.note { background: #fdf3e1; border-left: 4px solid #e08a3c; padding: 8px 14px; margin: 12px 0; }
svg { display: block; max-width: 100%; height: auto; margin: 8px 0 16px; }
svg text { font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--ink); }
svg text.tick { fill: var(--soft); font-size: 11.5px; }
svg .whisker { stroke: #12293a; stroke-width: 2; } svg .grid { stroke: var(--line); }
svg .line { fill: none; stroke: #2f6f9f; stroke-width: 2; }
details { margin: 8px 0; } summary { color: var(--soft); cursor: pointer; }
pre { overflow: auto; max-height: 420px; background: #f6f8fa; padding: 12px; }
"""


def report(results: Sequence[PartResult]) -> str:
    """The report of some parts, measured in one run or, which it says, in several."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandan benchmark</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<h1>Sandan benchmark</h1>{_head(results)}{_targets(results)}{''.join(map(_part, results))}</body></html>\n"
    )


def markdown(results: Sequence[PartResult]) -> str:
    """The targets as a table for a README, with the machine and the day."""
    lines = ["| figure | measured | target | |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(_plain(target))} |" for one in results for target in one.targets]
    machine = results[0].machine
    lines += ["", f"{machine.at:%Y-%m-%d}, {machine.processor}, {machine.cores} cores, commit {machine.commit}."]
    return "\n".join(lines) + "\n"


def _plain(target: Target) -> tuple[str, str, str, str]:
    unit = "" if target.unit == "ratio" else f" {target.unit}"
    value = target.value
    measured = f"{value.median:,g}{unit} ({value.least:,g}–{value.greatest:,g})"
    return target.reading, measured, f"{target.sense} {target.limit:,g}{unit}", "met" if target.met else "missed"


def differences(results: Sequence[PartResult]) -> list[str]:
    """What the parts do not have in common: a report of several machines, commits or days must say so."""
    said: dict[str, set[object]] = {
        "machines": {(one.machine.processor, one.machine.cores, one.machine.memory) for one in results},
        "versions": {(one.machine.commit, one.machine.temporal_server, one.machine.python) for one in results},
        "days": {one.machine.at.date() for one in results},
    }
    return [name for name, values in said.items() if len(values) > 1]


def _head(results: Sequence[PartResult]) -> str:
    machine = results[0].machine
    began, ended = min(one.machine.at for one in results), max(one.ended for one in results)
    until = f"{ended:%H:%M}" if ended.date() == began.date() else f"{ended:%Y-%m-%d %H:%M}"
    lead = f"{began:%Y-%m-%d %H:%M} to {until} (UTC+8), {sum(one.seconds for one in results) / 60:.0f} minutes"
    found = differences(results)
    note = (
        f'<p class="note">These parts were measured on different {" and ".join(found)}: compare ratios, not figures. '
        "Each part says below where and when.</p>"
        if found
        else ""
    )
    failed = [one.part for one in results if one.error]
    if failed:
        note += f'<p class="note">Not measured: {escape(", ".join(failed))}. See the reason there.</p>'
    return f'<p class="lead">{escape(lead)}</p>{note}{_machine(machine)}'


def _machine(machine: Machine) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    rows = (
        ("processor", f"{escape(machine.processor)}, {machine.cores} cores, {machine.memory:g} GiB"),
        ("system", escape(machine.system)),
        ("servers", escape(machine.temporal_server)),
        ("libraries", escape(f"{machine.python}, {libraries}")),
        ("commit", f"<code>{escape(machine.commit)}</code>"),
        ("load before it began", f"{machine.load:g}"),
    )
    return table(("machine", ""), rows)


def _targets(results: Sequence[PartResult]) -> str:
    rows = [_target(target) for one in results for target in one.targets]
    met = sum(target.met for one in results for target in one.targets)
    return f"<h2>Targets: {met} of {len(rows)} met</h2>" + table(
        ("figure", "measured: median (least–greatest)", "target", ""), rows
    )


def _target(target: Target) -> tuple[str, str, str, str]:
    unit = "" if target.unit == "ratio" else f" {escape(target.unit)}"
    verdict = '<span class="met">met</span>' if target.met else '<span class="missed">missed</span>'
    return escape(target.reading), f"{spread(target.value)}{unit}", f"{target.sense} {target.limit:,g}{unit}", verdict


def _part(one: PartResult) -> str:
    title = TITLES.get(one.part, one.part)
    inside = (
        f'<p class="note">Not measured: {escape(one.error)}</p>' if one.error else section(one.part, one.result or {})
    )
    how = f"<code>{escape(one.command)}</code>, {one.machine.at:%Y-%m-%d %H:%M} (UTC+8), {one.seconds:.0f} s"
    return f'<h2 id="{escape(one.part)}">{escape(title)}</h2><p class="lead">{how}</p>{inside}'
