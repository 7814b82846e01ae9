# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.trivial PORT`: the least that FastAPI does for a JSON POST."""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from bench.content import AALST, LIJST, LINK, VELDEN


class Bestand(BaseModel):
    """A file by its digest."""

    sha256: str
    size: int
    naam: str
    formaat: str


class Besluit(BaseModel):
    """What comes in: as much as a sending holds, about 1 KB."""

    bestuur: str
    dossiertype: str
    velden: dict[str, str]
    bestanden: list[Bestand]
    links: list[str]


class Ontvangst(BaseModel):
    """What goes out."""

    bestuur: str
    dossiertype: str
    status: str


app = FastAPI()


@app.post("/besluiten", status_code=201)
async def verzenden(besluit: Besluit) -> Ontvangst:
    """Validates and answers, and keeps nothing."""
    return Ontvangst(bestuur=besluit.bestuur, dossiertype=besluit.dossiertype, status="ontvangen")


BODY = {
    "bestuur": AALST,
    "dossiertype": LIJST,
    "velden": VELDEN,
    "bestanden": [
        {"sha256": "ab" * 32, "size": 123456, "naam": "lijst.pdf", "formaat": "application/pdf"}
    ],
    "links": [LINK],
}

if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
