# SPDX-License-Identifier: EUPL-1.2
"""`loket demo`: one decision, from draft to a proof that is checked offline."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from loket.demo.client import Person

BESLUITENLIJST = (
    "https://data.vlaanderen.be/id/concept/BesluitDocumentType/3fa67785-ffdc-4b30-8880-2b99d97b4dee"
)
COLLEGE = (
    "http://data.vlaanderen.be/id/concept/BestuursorgaanClassificatieCode/5ab0e9b8a3b2ca7c5e000006"
)
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
SENDER = "LoketLB-toezichtGebruiker"
SUPERVISOR = "ABBDatabankToezicht-DatabankToezichtLezer"
PATIENCE = 90


def demo(
    out: Annotated[Path, typer.Argument(help="Directory for the results; replaced.")] = Path(
        "demo-out"
    ),
) -> None:
    """Aalst sends a decision, ABB opens it, and the proof is checked offline."""
    from rich.console import Console

    console = Console(highlight=False)
    began = time.monotonic()
    for name in ("log", "log.vkey", "tsa-root.pem"):
        target = out / name
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
    for old in out.glob("bewijs-*.zip"):
        old.unlink()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loket-demo-") as scratch:
        data = Path(scratch) / "data"
        with _running(data, console) as url:
            bundle = _story(url, data, out, console)
            _loket(data, "export-log", str(out / "log"))
    for name in ("log.vkey", "tsa-root.pem"):
        shutil.copy(out / "log" / name, out / name)
    _head(console, "Wie de sleutel van het log en de wortel van de TSA heeft, controleert zelf")
    command = ["verify", str(bundle), "--log-key", str(out / "log.vkey")]
    command += ["--tsa-root", str(out / "tsa-root.pem")]
    console.print(f"$ loket {' '.join(command)}")
    code = subprocess.run([sys.executable, "-m", "loket.cli", *command], check=False).returncode
    console.print(f"\n{out}: {', '.join(sorted(p.name for p in out.iterdir()))}")
    console.print(f"klaar in {time.monotonic() - began:.1f} s")
    raise typer.Exit(code)


@contextmanager
def _running(data: Path, console: "Console") -> Iterator[str]:
    console.print("Een lege installatie starten: databank, sleutels, besturen ...")
    server = subprocess.Popen(
        [sys.executable, "-m", "loket.cli", "serve", "--demo", "--port", "0"],
        env={**os.environ, "LOKET_DATA_DIR": str(data), "LOKET_LOG_LEVEL": "error"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        for line in server.stdout:
            if line.startswith("ready "):
                yield line.split()[1]
                return
        raise SystemExit("loket: de installatie is niet gestart")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)


def _story(url: str, data: Path, out: Path, console: "Console") -> Path:
    """What happens, told at the terminal; the path of the proof."""
    import httpx2

    from loket.demo.client import Person
    from loket.demo.pdf import pdf
    from loket.reference import belgian_day

    with httpx2.Client(base_url=url, timeout=30) as http:
        aalst = Person(http, "Gemeente Aalst", _token(data, "Gemeente Aalst", SENDER))
        abb = Person(http, "ABB", _token(data, ABB, SUPERVISOR))
        dossier = f"toezicht/{uuid4()}"

        _head(console, "Gemeente Aalst stelt een besluitenlijst op en vergeet een veld")
        fields = {"bestuursorgaan": COLLEGE, "zittingsdatum": "2026-11-16T19:30:00+01:00"}
        draft = {"dossiertype": BESLUITENLIJST, "velden": fields}
        aalst.ask(dossier, "besluit-opstellen", draft).raise_for_status()
        lines = ["Besluitenlijst", "College van burgemeester en schepenen, Aalst", "16/11/2026"]
        file = aalst.upload(pdf(lines), "application/pdf")
        attach = {
            "sha256": file["sha256"],
            "naam": "besluitenlijst.pdf",
            "formaat": "application/pdf",
        }
        aalst.ask(dossier, "bestand-toevoegen", attach).raise_for_status()
        refusal = aalst.ask(dossier, "besluit-verzenden")
        console.print(f"POST /{dossier}/besluit-verzenden → {refusal.status_code}")
        console.print_json(refusal.text)

        _head(console, "Aangevuld, en verzonden met Prefer: wait=20")
        today = belgian_day(datetime.now(UTC)).isoformat()
        missing = {"velden": {"publicatiedatum": today}}
        aalst.ask(dossier, "velden-wijzigen", missing).raise_for_status()
        sent = aalst.ask(dossier, "besluit-verzenden", wait=20)
        sent.raise_for_status()
        console.print_json(sent.text)

        _until_told(aalst, dossier)
        _head(console, "ABB opent het besluit")
        opened = abb.ask(dossier, "besluit-openen", wait=20)
        opened.raise_for_status()
        content = abb.get(f"/{dossier}/bestanden/{file['sha256']}").content
        console.print(f"status {opened.json()['status']}, {len(content)} bytes gelezen")

        _timeline(aalst, dossier, console)
        bundle = out / f"bewijs-{dossier.removeprefix('toezicht/')}.zip"
        bundle.write_bytes(aalst.get(f"/bewijs/{dossier}?documenten=1").content)
        return bundle


def _until_told(person: "Person", dossier: str) -> None:
    """Waits until the receipt is mailed or could not be: the next time stamp then covers it too."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        rows = person.get(f"/{dossier}/tijdlijn").json()["data"]
        if any("Ontvangstbewijs" in row["attributes"]["gebeurtenis"] for row in rows):
            return
        time.sleep(0.2)


def _timeline(person: "Person", dossier: str, console: "Console") -> None:
    from rich.table import Table

    _head(console, "De tijdlijn, voor beide partijen dezelfde")
    rows = person.get(f"/{dossier}/tijdlijn").json()["data"]
    table = Table("nr", "moment", "wat", "geregistreerd (UTC)", "gestempeld", "positie")
    for row in (each["attributes"] for each in rows):
        stamped = row["gestempeld"] or ""
        table.add_row(
            str(row["volgnummer"]),
            row["moment"],
            row["omschrijving"],
            row["geregistreerd"][11:-1],
            stamped[11:19],
            str(row["positie"]),
        )
    console.print(table)


def _head(console: "Console", text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]")


def _token(data: Path, bestuur: str, role: str) -> str:
    return _loket(data, "token", "--bestuur", bestuur, "--rol", role).strip()


def _loket(data: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "loket.cli", *arguments],
        env={**os.environ, "LOKET_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout
