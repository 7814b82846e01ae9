# SPDX-License-Identifier: EUPL-1.2
"""Writes the reference pages that list what the code declares. A test compares them.

`make docs` runs it. Pages: settings, commands of the CLI, problem types, routing
rules, dossiertypes, terms, supervision, and one for each module.
"""

import inspect
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer.main

from loket import submit
from loket.api import refusals
from loket.cli import app
from loket.domain import MODULES
from loket.kernel import Refused, kebab
from loket.projections.termijnen.verloop import VERLOOP
from loket.reference import Dossiertype, Reference, Toezichtsvorm, load
from loket.reference.conditions import Alle, Condition, KlasseIn, VeldIn
from loket.reference.model import Meldingsregel
from loket.reference.relaties import SOORTEN
from loket.reference.routering import ROLLEN
from loket.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from module_page import STATUS, module_page

PAGES = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py: change the code, then run `make docs`. -->\n"
ABOUT_TYPES = """How they are written as data: [forms as data](formulieren.md). `*`: required.

Flags: `K` mail room of ABB, `P` public feed, `W` databank erediensten, `X` out of the export to
ABB's supervisors, for these classes or for all.

⚖ marks what a jurist or ABB has to confirm: besides the marks below, that the report belongs to the
day of publication for each class of government, and which organs each class has.
"""
MANY = 20
"""So many classes are all of them."""


def pages() -> dict[str, str]:
    """Every generated page by its path below `docs/reference`."""
    modules = {f"modules/{m.name}.md": _page(module_page(m)) for m in MODULES.values()}
    return {
        "settings.md": _page(_settings()),
        "cli.md": _page(_commands()),
        "problems.md": _page(_problems()),
        "routering.md": _page(_routing()),
        "dossiertypes.md": _page(_dossiertypes()),
        "termijnen.md": _page(_terms()),
        "toezicht.md": _page(_supervision()),
        **modules,
    }


def _page(lines: Iterator[str]) -> str:
    return NOTE + "\n".join(lines).rstrip() + "\n"


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Environment variables. What production must set says so when it is missing.\n"
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True, validated_data={})
        shown = "none" if default in (None, "", []) else f"`{default}`"
        yield f"## LOKET_{name.upper()}\n"
        yield f"{field.description} Default: {shown}.\n"


def _commands() -> Iterator[str]:
    yield "# Command line\n"
    group = typer.main.get_command(app)
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        if command.hidden:
            continue
        yield f"## loket {name}\n"
        yield f"{command.help}\n"
        for parameter in command.params:
            if parameter.name == "help":
                continue
            label = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
            yield f"- `{label}`: {getattr(parameter, 'help', '') or ''}".rstrip(": ")
        yield ""


def _problems() -> Iterator[str]:
    yield "# Problem types\n"
    yield "Answers other than success are `application/problem+json` (RFC 9457). `type` is the path"
    yield "below; `fouten` names fields and rules where there are any.\n"
    yield from _of("loket", _pipeline())
    for module in MODULES.values():
        yield from _of(module.name, module.refusals)


def _pipeline() -> list[type[Refused]]:
    found = {
        thing
        for source in (submit, refusals)
        for _, thing in inspect.getmembers(source, inspect.isclass)
        if issubclass(thing, Refused) and thing.__module__.startswith("loket.")
    }
    return sorted(found - {Refused, *STATUS}, key=lambda kind: kind.__name__)


def _routing() -> Iterator[str]:
    reference = load()
    yield "# Who receives a dossier, and what it may refer to\n"
    yield "The first rule that fits decides; its id is recorded with the sending.\n"
    yield "## Roles\n"
    for name, rol in ROLLEN.items():
        yield f"- `{name}`: {rol.label}"
    yield "\n## Relations between besturen\n"
    for soort in SOORTEN.values():
        ends = (", ".join(sorted(codes)) for codes in (soort.klassen, soort.andere))
        one = " One at a time." if soort.enig else ""
        yield f"- {soort.heen} ({' → '.join(ends)}): `{soort.uri}`.{one}"
    yield "\n## Routing rules\n"
    for route in reference.routering:
        yield f"### {route.id}\n"
        yield f"{route.omschrijving}\n"
        yield f"Since {route.geldig.van}. To {_names(route.rollen)}" + (
            f"; when known also {_names(route.indien_bekend)}.\n" if route.indien_bekend else ".\n"
        )
    yield "## Cross-reference rules\n"
    for rule in reference.verwijsregels:
        yield f"### {rule.id}\n"
        yield f"{rule.omschrijving}\n"
        codes = " or ".join(sorted(map(reference.klassecode, rule.klassen)))
        way = " An author with a central board is reached through its dossier."
        yield (
            f"`{reference.label(rule.dossiertype)}` of {codes} → `{reference.label(rule.naar)}` of "
            f"{reference.klassecode(rule.klasse)}, when the sender is its "
            f"{'central board' if rule.relatie == 'deelbestuur' else 'involved authority'}."
            f"{way if rule.langs_centraal_bestuur else ''}\n"
        )


def _dossiertypes() -> Iterator[str]:
    reference = load()
    told = json.loads(reference.bron["dossiertypes"])
    raw = {each["uri"]: each for each in told["dossiertypes"]}
    forms = sorted(reference.dossiertypes.values(), key=lambda form: form.label.casefold())
    offered = [form for form in forms if any(map(_in_force, form.meldingsregels))]
    yield f"# The {len(forms)} dossiertypes\n"
    yield f"{ABOUT_TYPES}\n"
    yield f"## Offered ({len(offered)})\n"
    yield "| type | for | since | flags | fields |\n|---|---|---|---|---|"
    for form in offered:
        rules = [rule for rule in form.meldingsregels if _in_force(rule)]
        since = ", ".join(sorted({str(rule.geldig.van) for rule in rules}))
        yield _type_row(form, reference, rules, since, raw[form.uri])
    yield f"\n## Of the past ({len(forms) - len(offered)})\n"
    yield "They can be read, and were sent when their rule obliged to.\n"
    yield "| type | for | from → until | flags | fields |\n|---|---|---|---|---|"
    for form in forms:
        if form not in offered:
            spans = {f"{r.geldig.van or '…'} → {r.geldig.tot or '…'}" for r in form.meldingsregels}
            rules = list(form.meldingsregels)
            yield _type_row(form, reference, rules, ", ".join(sorted(spans)), raw[form.uri])
    yield from _field_families(told)
    yield "\n## Organs of each class ⚖\n"
    for rule in reference.organen:
        codes = ", ".join(sorted(map(reference.klassecode, rule.klassen)))
        yield f"- {codes}: {', '.join(sorted(map(reference.label, rule.organen)))}"


def _in_force(rule: Meldingsregel) -> bool:
    """True for a rule that obliges to report, without an end in sight."""
    return rule.meldplicht and rule.geldig.van is not None and rule.geldig.tot is None


def _type_row(
    form: Dossiertype, reference: Reference, rules: list[Meldingsregel], when: str, raw: Any
) -> str:
    codes = sorted({reference.klassecode(klasse) for rule in rules for klasse in rule.klassen})
    states = {reference.label(status) for rule in rules for status in rule.statussen}
    fields_ = " ".join(raw["velden"]) if form.formulier else "no form"
    for groep in raw.get("groepen", ()):
        als = groep["als"]
        name = als if isinstance(als, str) else f"not {als['niet']}"
        fields_ += f"; *{name}*: {' '.join(groep['velden'])}"
    whom = " ".join(codes) + (f" ({', '.join(sorted(states)).lower()})" if states else "")
    mark = f" ⚖ {form.te_bevestigen}" if form.te_bevestigen else ""
    out = form.vlaggen.buiten_export
    named = ",".join(sorted(map(reference.klassecode, out))) if len(out) < MANY else ""
    flags = form.vlaggen.codes() + (f"({named})" if named else "")
    cells = (f"[{form.label}]({form.uri}){mark}", whom, when, flags, fields_)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _field_families(told: Any) -> Iterator[str]:
    yield "\n## Field families\n"
    yield "| code | name | datatype, code list | path | rules |\n|---|---|---|---|---|"
    for code, veld in told["velden"].items():
        kind = veld["datatype"] + (f", `{veld['codelijst']}`" if "codelijst" in veld else "")
        rules = ", ".join(
            f"{regel['soort']} {regel.get('waarde', '')}".strip()
            + (" (doubt)" if regel.get("ernst") == "waarschuwing" else "")
            for regel in veld.get("regels", ())
        )
        path = " / ".join(veld["pad"])
        yield f"| {code} | `{veld['naam']}` {veld['label']} | {kind} | {path} | {rules} |"
    yield "\nConditions by name:\n"
    for name, als in told["voorwaarden"].items():
        yield f"- *{name}*: `{json.dumps(als, ensure_ascii=False)}`"


COUNTING = """\
A term counts calendar days in Belgium, from midnight to midnight: every day counts, the last one
included. Where its rule says so, a last day on a Saturday, a Sunday or a holiday becomes the next
day that is none (Erkenningsdecreet of 22 October 2021, art. 6; Gerechtelijk Wetboek, art. 52 and
53; Bestuursdecreet, art. II.30). Every computation records its steps, the table of holidays and the
version of the time zone tables it relied on.

`loket termijn RULE DAY` shows a computation, `GET /termijnen` those of a bestuur.
"""


def _terms() -> Iterator[str]:
    reference = load()
    yield "# Terms\n"
    yield COUNTING
    for rule in reference.termijnregels.values():
        yield f"## {rule.id}\n"
        yield f"{rule.label}. {rule.omschrijving}\n"
        yield f"- Kind: {rule.soort}"
        start = "the day after the act" if rule.vanaf_dag_na else "the day of the act itself"
        yield f"- Days: {rule.dagen}, from {start}"
        moved = " or ".join(sorted(rule.schuift)) or "no day"
        yield f"- The last day moves from: {moved}"
        if rule.stuit:
            yield "- A request for information interrupts it"
        if rule.plicht:
            yield f"- Begins with `{rule.plicht.begint}`, is met by `{rule.plicht.voldaan}`"
        yield f"- Reminders: {_reminders(rule.herinneringen)}"
        yield f"- Source: {rule.bron}"
        if rule.vraag:
            yield f"- **A jurist must confirm:** {rule.vraag}"
        yield ""
    yield "## Holidays\n"
    for feestdag in reference.kalender.feestdagen:
        when = f"{feestdag.dag}/{feestdag.maand}"
        if feestdag.na_pasen is not None:
            when = f"{feestdag.na_pasen} days after Easter Sunday"
        yield f"- {feestdag.naam}: {when}"
    yield "\n## What starts and ends a term\n"
    yield "Beside the duties of a sender, which follow from the days in the form:\n"
    for event in VERLOOP:
        yield f"- `{event}`"


def _supervision() -> Iterator[str]:
    reference = load()
    yield "# Who treats a dossier, and which supervision falls on it\n"
    yield "The first rule that fits decides; a behandeling records the version it relied on.\n"
    yield "## Teams\n"
    for team in reference.teams.values():
        yield f"- `{team.id}` {team.label}: {_when(team.als, reference)}"
    yield "\n## Supervision limited in time\n"
    yield "Where none of these fits, no term runs.\n"
    for form in reference.toezichttermijnen:
        yield f"### {form.regel}\n"
        yield from _form_of_supervision(form, reference)
    yield "## Approval\n"
    yield "Approval of another type of dossier is doubtful: its supervisor confirms it.\n"
    for form in reference.goedkeuringen:
        yield f"### {form.omschrijving}\n"
        yield from _form_of_supervision(form, reference)


def _form_of_supervision(form: Toezichtsvorm, reference: Reference) -> Iterator[str]:
    if form.regel:
        yield f"{form.omschrijving}\n"
    yield f"- Holds for: {_when(form.als, reference)}"
    yield f"- Source: {form.bron}"
    if form.vraag:
        yield f"- **A jurist must confirm:** {form.vraag}"
    yield ""


def _when(als: Condition, reference: Reference) -> str:
    match als:
        case Alle(()):
            return "all that is left"
        case Alle(parts):
            return "; ".join(_when(part, reference) for part in parts)
        case KlasseIn(klassen, wel):
            codes = ", ".join(sorted(map(reference.klassecode, klassen)))
            return f"sender {'is' if wel else 'is not'} {codes}"
        case VeldIn("ontvanger_klasse", values, wel):
            codes = ", ".join(sorted(map(reference.klassecode, map(str, values))))
            return f"recipient {'is' if wel else 'is not'} {codes}"
        case VeldIn(name, values, wel):
            labels = ", ".join(sorted(reference.label(str(value)) for value in values))
            return f"{name} {'is' if wel else 'is not'} {labels}"
    raise ValueError(als)


def _reminders(days: Iterable[int]) -> str:
    told = {1: "the day before", 0: "on the last day", -1: "the day after it"}
    return ", ".join(told.get(n, f"{n} days before") for n in days) or "none"


def _names(roles: Iterable[str]) -> str:
    return ", ".join(f"`{role}`" for role in roles)


def _of(owner: str, kinds: Any) -> Iterator[str]:
    for kind in kinds:
        yield f"## /problemen/{owner}/{kebab(kind.__name__)}\n"
        yield f"{kind.title()}\n"


if __name__ == "__main__":
    for path, content in pages().items():
        target = PAGES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
