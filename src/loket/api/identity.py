# SPDX-License-Identifier: EUPL-1.2
"""Who asks, for the endpoints: the bearer token of a request as an `Actor`."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from loket.api.parts import parts
from loket.auth import Authenticator
from loket.devissuer import DevIssuer
from loket.jwks import KeySet, fixed, from_file, from_url
from loket.kernel import Actor
from loket.wiring import Loket

SCHEME = "bearer"

_scheme = HTTPBearer(
    scheme_name=SCHEME,
    bearerFormat="JWT",
    description="Toegangstoken met de claims van ACM/IDM (`vo_orgcode`, `abb_loketLB_rol_3d`, …).",
    auto_error=False,
)


def authenticator(loket: Loket) -> Authenticator:
    """Believes the issuer that is set, else the development issuer of an embedded installation.

    Raises NotEmbedded and KeyFileExposed as `DevIssuer`.
    """
    settings = loket.settings
    if settings.jwks_file or settings.jwks_url:
        load = from_file(settings.jwks_file) if settings.jwks_file else from_url(settings.jwks_url)
        return Authenticator(KeySet(load), settings.issuer, settings.audience, loket.references)
    dev = DevIssuer(settings.keys_dir, settings.audience, embedded=settings.embedded)
    return Authenticator(
        KeySet(fixed(dev.jwks())), dev.issuer, settings.audience, loket.references, by_uri=True
    )


async def _actor(request: Request, _: Annotated[object, Depends(_scheme)]) -> Actor:
    return await parts(request).authenticate(request.headers.get("authorization"))


Wie = Annotated[Actor, Depends(_actor)]
"""The actor of a request, as a parameter of an endpoint."""
