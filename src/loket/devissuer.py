# SPDX-License-Identifier: EUPL-1.2
"""Tokens for development: the claims of ACM/IDM, signed by a key in the data directory.

Only the embedded stack believes these tokens; elsewhere this issuer refuses to exist.
"""

import os
import stat
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from loket.reference import Bestuur, Reference

KEY_FILE = "dev-issuer.key"
ISSUER = "https://ontwikkeling.loket.localhost"
LOKET_CLAIM, TOEZICHT_CLAIM = "abb_loketLB_rol_3d", "abb_databanktoezicht_rol_3d"
TOEZICHT_PREFIX = "ABBDatabankToezicht-"


class NotEmbedded(Exception):
    """Development tokens exist only in embedded mode."""


class KeyFileExposed(Exception):
    """The key file can be read or written by others."""


class BestuurNotFound(LookupError):
    """No bestuur has this URI or name, or several have; `candidates` says which (name, URI)."""

    def __init__(self, text: str, candidates: list[tuple[str, str]]) -> None:
        self.candidates = candidates
        listed = "".join(f"\n  {name}  {uri}" for name, uri in candidates)
        why = "kan elk van deze besturen zijn:" if candidates else "is geen gekend bestuur"
        super().__init__(f"“{text}” {why}{listed}")


class DevIssuer:
    """Issues tokens with the key in a data directory, which it makes when it is not there.

    Raises NotEmbedded unless `embedded`, KeyFileExposed when others may use the key file.
    """

    def __init__(self, directory: Path, audience: str, *, embedded: bool) -> None:
        if not embedded:
            raise NotEmbedded("Ontwikkelingstokens bestaan enkel met de ingebouwde databank.")
        self.issuer = ISSUER
        self._audience = audience
        self._key = _load_or_create(directory / KEY_FILE)

    @property
    def kid(self) -> str:
        """The id of the key: its public half, as in a JSON Web Key."""
        return urlsafe_b64encode(self._key.public_key().public_bytes_raw()).rstrip(b"=").decode()

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        key = {
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": self.kid, "x": self.kid,
        }  # fmt: skip
        return {"keys": [key]}

    def issue(
        self,
        bestuur: Bestuur,
        rollen: Iterable[str],
        *,
        now: int,
        person: str = "Ontwikkelaar",
        email: str = "",
        minutes: int = 480,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """A token for someone of this bestuur with these roles, valid from `now` (seconds)."""
        code = bestuur.ovo or bestuur.kbo
        given, _, family = person.partition(" ")
        held = [f"{role}:{code or bestuur.uri}" for role in sorted(set(rollen))]
        content = {
            "iss": self.issuer, "aud": self._audience, "sub": person, "vo_id": person,
            "given_name": given, "family_name": family,
            "vo_orgcode": code, "vo_orgnaam": bestuur.naam, "bestuur": bestuur.uri,
            "acr": "ontwikkeling", "email": email,
            LOKET_CLAIM: [r for r in held if not r.startswith(TOEZICHT_PREFIX)],
            TOEZICHT_CLAIM: [r for r in held if r.startswith(TOEZICHT_PREFIX)],
            "iat": now, "nbf": now, "exp": now + 60 * minutes, "jti": str(uuid4()),
            **(claims or {}),
        }  # fmt: skip
        return jwt.encode(content, self._key, algorithm="EdDSA", headers={"kid": self.kid})


def find_bestuur(reference: Reference, text: str) -> Bestuur:
    """The bestuur with this URI, code (KBO, OVO) or name: `Gemeente Aalst`, or `Aalst` alone.

    Raises BestuurNotFound, naming the candidates when the name fits several.
    """
    wanted = " ".join(text.split()).casefold()
    besturen = reference.besturen.values()
    if found := reference.besturen.get(text.strip()):
        return found
    named = [(reference.full_name(b), b) for b in besturen]
    fitting = [
        (name, b) for name, b in named
        if wanted in {name.casefold(), b.naam.casefold(), *({b.kbo, b.ovo.casefold()} - {""})}
    ]  # fmt: skip
    if len(fitting) != 1:
        raise BestuurNotFound(text, sorted((name, b.uri) for name, b in fitting))
    return fitting[0][1]


def _load_or_create(path: Path) -> Ed25519PrivateKey:
    try:
        return _load(path)
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    temporary = path.with_name(f"{path.name}.{uuid4().hex}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        # Of several processes that start at once, one gives the key; a link never replaces.
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return _load(path)


def _load(path: Path) -> Ed25519PrivateKey:
    content = path.read_bytes()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileExposed(f"{path} mag enkel leesbaar zijn voor de eigenaar (chmod 600).")
    key = load_pem_private_key(content, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is geen Ed25519-sleutel.")
    return key
