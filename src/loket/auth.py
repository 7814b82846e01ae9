# SPDX-License-Identifier: EUPL-1.2
"""Who asks: a bearer token (RFC 6750, RFC 7519) becomes an `Actor`.

The claims are those of ACM/IDM, the login of the Flemish government: `vo_id`, `vo_orgcode` (KBO or
OVO code of the organisation chosen at login), `acr`, and roles as `Role:OrgCode1,OrgCode2`. A role
counts only for an organisation it names.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import jwt

from loket.jwks import Key, KeysUnavailable
from loket.kernel import SYSTEM_ROLE, Actor, NotAllowed, Refused
from loket.reference import Bestuur, Reference

ROLE_CLAIMS = ("abb_loketLB_rol_3d", "abb_databanktoezicht_rol_3d")
REMEMBER = 60.0
"""Seconds for which a verified token is believed without checking its signature again."""
REMEMBERED = 10_000
LEEWAY = 30
"""Seconds by which clocks may differ."""
MAX_TOKEN = 16_384


class NietAangemeld(Refused):
    """U bent niet aangemeld."""


class GeenToken(NietAangemeld):
    """Er is geen toegangstoken meegestuurd."""


class TokenOngeldig(NietAangemeld):
    """Het toegangstoken is niet geldig."""


class TokenVerlopen(NietAangemeld):
    """Het toegangstoken is verlopen."""


class OrganisatieOnbekend(NotAllowed):
    """Uw organisatie is hier niet gekend als bestuur."""


class AanmelddienstOnbereikbaar(Refused):
    """De sleutels van de aanmelddienst zijn niet te lezen; probeer later opnieuw."""


class KeyFinder(Protocol):
    """Finds the key that a token says it was signed with."""

    async def find(self, kid: str | None, algorithm: str) -> Key | None:
        """The key with this id that may be used with this algorithm; raises KeysUnavailable."""


class Authenticator:
    """Turns the Authorization header of a request into an `Actor`.

    `by_uri` also accepts the claim `bestuur` (URI), as tokens for development carry it.
    """

    def __init__(
        self,
        keys: KeyFinder,
        issuer: str,
        audience: str,
        reference: Callable[[], Reference],
        *,
        by_uri: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._reference = reference
        self._by_uri = by_uri
        self._clock = clock
        self._seen: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()
        self._indexed: tuple[Reference | None, dict[str, Bestuur]] = (None, {})

    async def __call__(self, authorization: str | None) -> Actor:
        """The actor a bearer token speaks for.

        Raises GeenToken, TokenOngeldig, TokenVerlopen, OrganisatieOnbekend and
        AanmelddienstOnbereikbaar.
        """
        token = _bearer(authorization)
        digest = hashlib.sha256(token.encode()).digest()
        seen = self._seen.get(digest)
        if seen is not None and self._clock() < seen[0]:
            return seen[1]
        claims = await self._verify(token)
        actor = self._actor(claims)
        self._seen[digest] = (min(self._clock() + REMEMBER, float(claims["exp"])), actor)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return actor

    async def _verify(self, token: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = await self._keys.find(header.get("kid"), str(header.get("alg")))
            if key is None:
                raise TokenOngeldig("De ondertekenaar of het algoritme is niet gekend.")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except KeysUnavailable as error:
            raise AanmelddienstOnbereikbaar from error
        except jwt.ExpiredSignatureError as error:
            raise TokenVerlopen from error
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError) as error:
            raise TokenOngeldig("Het is uitgegeven voor of door een andere dienst.") from error
        except jwt.ImmatureSignatureError as error:
            raise TokenOngeldig("Het is nog niet geldig.") from error
        except (jwt.PyJWTError, ValueError, OverflowError) as error:
            raise TokenOngeldig("Het is beschadigd of onvolledig.") from error
        return claims

    def _actor(self, claims: Mapping[str, Any]) -> Actor:
        bestuur = self._bestuur(claims)
        persoon = _text(claims, "vo_id") or _text(claims, "sub")
        if not persoon:
            raise TokenOngeldig("Het noemt geen persoon (vo_id of sub).")
        codes = {bestuur.uri, bestuur.kbo, bestuur.ovo, _text(claims, "vo_orgcode")} - {""}
        return Actor(
            persoon=persoon,
            bestuur=bestuur.uri,
            klasse=bestuur.klasse,
            rollen=frozenset(_roles(claims, codes)),
            niveau=_text(claims, "acr"),
            email=_text(claims, "vo_email") or _text(claims, "email"),
            naam=" ".join(filter(None, (_text(claims, n) for n in ("given_name", "family_name")))),
        )

    def _bestuur(self, claims: Mapping[str, Any]) -> Bestuur:
        reference = self._reference()
        if self._indexed[0] is not reference:
            besturen = reference.besturen.values()
            self._indexed = (reference, {c: b for b in besturen for c in (b.kbo, b.ovo) if c})
        code = _text(claims, "vo_orgcode").replace(".", "")
        bestuur = self._indexed[1].get(code)
        if bestuur is None and self._by_uri:
            bestuur = reference.besturen.get(_text(claims, "bestuur"))
        if bestuur is None:
            raise OrganisatieOnbekend
        return bestuur


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise GeenToken("Stuur de header `Authorization: Bearer …` mee.")
    if len(token) > MAX_TOKEN or not token.isascii():
        raise TokenOngeldig("Het is geen JWT.")
    return token.strip()


def _text(claims: Mapping[str, Any], name: str) -> str:
    """A claim, when it is text that can be kept: no control characters, no half characters."""
    value = claims.get(name, "")
    return value if isinstance(value, str) and value.isprintable() else ""


def _roles(claims: Mapping[str, Any], codes: set[str]) -> Iterator[str]:
    """The roles that count for an organisation with these codes; never the machine's own."""
    for claim in ROLE_CLAIMS:
        held = claims.get(claim, ())
        for text in [held] if isinstance(held, str) else held if isinstance(held, list) else ():
            role, _, organisations = str(text).partition(":")
            named = {code.strip() for code in organisations.split(",")}
            if role and role != SYSTEM_ROLE and named & codes:
                yield role
