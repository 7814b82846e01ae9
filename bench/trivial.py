# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.trivial PORT`: the least that FastAPI does for a JSON POST."""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Besluit(BaseModel):
    """What comes in."""

    titel: str
    bestuur: str
    zittingsdatum: str


class Ontvangst(BaseModel):
    """What goes out."""

    titel: str
    status: str


app = FastAPI()


@app.post("/besluiten", status_code=201)
async def verzenden(besluit: Besluit) -> Ontvangst:
    """Validates and answers, and keeps nothing."""
    return Ontvangst(titel=besluit.titel, status="ontvangen")


BODY = {
    "titel": "Besluitenlijst college van burgemeester en schepenen",
    "bestuur": "Gemeente Aalst",
    "zittingsdatum": "2026-11-16T19:30:00+01:00",
}

if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
