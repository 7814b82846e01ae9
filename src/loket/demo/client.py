# SPDX-License-Identifier: EUPL-1.2
"""Someone of a bestuur at the API, as an integrator's program would be."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a token."""

    http: httpx2.Client
    name: str
    token: str

    def ask(self, stream: str, command: str, body: object = None, wait: int = 0) -> httpx2.Response:
        """Give a command; refusals come back as answers, not as exceptions."""
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        return self._send("POST", f"/{stream}/{command}", headers, json.dumps(body or {}).encode())

    def upload(self, content: bytes, media_type: str) -> dict[str, Any]:
        """Upload a file; what the API knows of it."""
        answer = self._send("POST", "/bestanden", {"Content-Type": media_type}, content)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> httpx2.Response:
        """Read something that must be there."""
        answer = self._send("GET", path, {}, None)
        answer.raise_for_status()
        return answer

    def _send(
        self, method: str, path: str, headers: dict[str, str], content: bytes | None
    ) -> httpx2.Response:
        with_token = {**headers, "Authorization": f"Bearer {self.token}"}
        return self.http.request(method, path, headers=with_token, content=content)
