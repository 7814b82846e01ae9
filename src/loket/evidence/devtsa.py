# SPDX-License-Identifier: EUPL-1.2
"""The development TSA: real RFC 3161 tokens that carry no legal presumption, and say so.

Its names read `NIET-GEKWALIFICEERD`, its policy lies under the number that RFC 5612 reserves for
examples, and it never makes the esi4-qtstStatement. Otherwise its tokens have the shape of
ETSI EN 319 422: ECDSA P-256 with SHA-256, ESSCertIDv2, accuracy stated, ordering false, the TSU
certificate alone. Time is whole seconds, rounded down: within the accuracy, and every reader of
GeneralizedTime agrees on it.
"""

import fcntl
import hashlib
import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from . import devca, tsp, tsu

POLICY: Final = "1.3.6.1.4.1.32473.3161.1"
"""Our policy: none. 32473 is the enterprise number for documentation (RFC 5612)."""
NAME: Final = "NIET-GEKWALIFICEERD ontwikkel-TSA"
ACCURACY: Final = timedelta(seconds=1)
MAX_QUERY: Final = 4096
"""Bytes of a query over HTTP; a real one has about 70."""

ECDSA_WITH_SHA256: Final = tsp.Oid("1.2.840.10045.4.3.2")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Failure:
    """Bits of PKIFailureInfo (RFC 3161 section 2.4.2)."""

    BAD_ALGORITHM = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16


@dataclass(frozen=True)
class DevTsa:
    """A root, the certificate it issued to our time-stamping unit, and the unit's key.

    The root's own key no longer exists: nobody can issue a second certificate under it.
    """

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, directory: Path, at: datetime) -> "DevTsa":
        """A new TSA, valid from a day before `at` (aware) and written to `directory`.

        Files: tsu.key (mode 0600), tsu.pem, tsa-root.pem. The last is written last, so that a
        directory with a root is complete. Raises FileExistsError when there is one already.
        """
        directory.mkdir(parents=True, exist_ok=True)
        if (directory / "tsa-root.pem").exists():
            raise FileExistsError(f"{directory} holds a development TSA already")
        root, certificate, key = devca.issue(NAME, at - timedelta(days=1))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(directory / "tsu.key", private, 0o600)
        _write(directory / "tsu.pem", certificate.public_bytes(Encoding.PEM), 0o644)
        _write(directory / "tsa-root.pem", root.public_bytes(Encoding.PEM), 0o644)
        return cls(root, certificate, key)

    @classmethod
    def load(cls, directory: Path) -> "DevTsa":
        """The TSA that `create` wrote. Raises OSError (a file is absent), ValueError (damaged)."""
        key = load_pem_private_key((directory / "tsu.key").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{directory / 'tsu.key'} is not a P-256 key")
        root = x509.load_pem_x509_certificate((directory / "tsa-root.pem").read_bytes())
        certificate = x509.load_pem_x509_certificate((directory / "tsu.pem").read_bytes())
        if certificate.public_key() != key.public_key():
            raise ValueError(f"{directory}: tsu.key does not belong to tsu.pem")
        return cls(root, certificate, key)

    @classmethod
    def open(cls, directory: Path, at: datetime) -> "DevTsa":
        """The TSA in `directory`, created at `at` if there is none; one for all who ask at once."""
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            exists = (directory / "tsa-root.pem").exists()
            return cls.load(directory) if exists else cls.create(directory, at)
        finally:
            os.close(handle)

    def respond(self, query_der: bytes, at: datetime, serial: int) -> bytes:
        """DER of the TimeStampResp to `query_der`, dated `at` (aware); a rejection if it is bad.

        `serial` must be unique to this TSA and positive, of at most 160 bits.
        """
        try:
            query = asn1.decode_der(tsp.Request, query_der)
        except ValueError:
            return _rejection(Failure.BAD_DATA_FORMAT, "de vraag is geen TimeStampReq")
        return self._objection(query, at) or self._grant(query, at, serial)

    def _objection(self, query: tsp.Request, at: datetime) -> bytes | None:
        hash_name = tsp.HASHES.get(query.imprint.algorithm.oid)
        if query.version != 1:
            return _rejection(Failure.BAD_REQUEST, "onbekende versie")
        if hash_name is None:
            return _rejection(Failure.BAD_ALGORITHM, "alleen SHA-256, SHA-384 en SHA-512")
        if len(query.imprint.digest) != hashlib.new(hash_name).digest_size:
            return _rejection(Failure.BAD_DATA_FORMAT, "hash van de verkeerde lengte")
        if query.policy not in (None, tsp.Oid(POLICY)):
            return _rejection(Failure.UNACCEPTED_POLICY, f"alleen beleid {POLICY}")
        if query.extensions:
            return _rejection(Failure.UNACCEPTED_EXTENSION, "geen uitbreidingen")
        if not tsu.is_valid_at(self.certificate, at):
            return _rejection(Failure.TIME_NOT_AVAILABLE, "buiten de geldigheid van de sleutel")
        return None

    def _grant(self, query: tsp.Request, at: datetime, serial: int) -> bytes:
        content = asn1.encode_der(_statement(query, at, serial))
        digest = _attribute(tsp.MESSAGE_DIGEST, hashlib.sha256(content).digest())
        attributes = asn1.SetOf([*self._fixed_attributes, digest])
        # CMS signs the attributes as the SET OF they are, not under the tag they travel with.
        signature = self.key.sign(asn1.encode_der(attributes), ec.ECDSA(hashes.SHA256()))
        signer = tsp.SignerInfo(
            version=1,
            sid=tsp.IssuerAndSerial(
                issuer=self.certificate.issuer, serial=self.certificate.serial_number
            ),
            digest_algorithm=_SHA256,
            signed_attributes=attributes,
            signature_algorithm=[_any(ECDSA_WITH_SHA256)],
            signature=signature,
            unsigned_attributes=None,
        )
        signed = tsp.SignedData(
            version=3,
            digest_algorithms=asn1.SetOf([_SHA256]),
            encapsulated=tsp.EncapsulatedContent(oid=tsp.TST_INFO, content=content),
            certificates=asn1.SetOf([self.certificate]) if query.cert_req else None,
            crls=None,
            signers=asn1.SetOf([signer]),
        )
        token = tsp.Token(oid=tsp.SIGNED_DATA, signed_data=signed)
        granted = tsp.Status(status=0, text=None, failure=None)
        return asn1.encode_der(tsp.Response(status=granted, token=token))

    @cached_property
    def _fixed_attributes(self) -> list[tsp.Attribute]:
        digest = self.certificate.fingerprint(hashes.SHA256())
        named = tsp.EssCertIdV2(algorithm=None, digest=digest, issuer_serial=None)
        return [
            _attribute(tsp.CONTENT_TYPE, tsp.TST_INFO),
            _attribute(
                tsp.SIGNING_CERTIFICATE_V2,
                tsp.SigningCertificateV2(certificates=[named], policies=None),
            ),
        ]


_SHA256: Final = tsp.Algorithm(oid=tsp.SHA256, parameters=None)


def _statement(query: tsp.Request, at: datetime, serial: int) -> tsp.TstInfo:
    return tsp.TstInfo(
        version=1,
        policy=tsp.Oid(POLICY),
        imprint=query.imprint,
        serial=serial,
        gen_time=asn1.GeneralizedTime(at.astimezone(UTC).replace(microsecond=0)),
        accuracy=tsp.Accuracy(seconds=int(ACCURACY.total_seconds()), millis=None, micros=None),
        ordering=False,
        nonce=query.nonce,
        tsa=None,
        extensions=None,
    )


def _attribute(oid: tsp.Oid, value: object) -> tsp.Attribute:
    return tsp.Attribute(oid=oid, values=asn1.SetOf([_any(value)]))


def _any(value: object) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, asn1.encode_der(value))


def _rejection(bit: int, text: str) -> bytes:
    """Status 2 (rejection) with one bit of PKIFailureInfo set; trailing zero bits are left out."""
    octets = (1 << (7 - bit % 8)).to_bytes(bit // 8 + 1, "big")
    failure = asn1.BitString(octets, 7 - bit % 8)
    status = tsp.Status(status=2, text=[text], failure=failure)
    return asn1.encode_der(tsp.Response(status=status, token=None))


def _write(path: Path, content: bytes, mode: int) -> None:
    """The whole file or none of it; never readable by others before `mode` says so."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def asgi_app(
    tsa: DevTsa,
    clock: Callable[[], datetime],
    serials: Callable[[], int] = x509.random_serial_number,
) -> App:
    """The TSA over HTTP (RFC 3161 section 3.4) as a bare ASGI application: `POST /`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            problem = _problem(scope)
            query = b"" if problem else await _body(receive)
            if problem:
                await _reply(send, *problem)
            elif len(query) > MAX_QUERY:
                await _reply(send, 413, "text/plain", b"vraag te groot")
            else:
                answer = tsa.respond(query, clock(), serials())
                await _reply(send, 200, "application/timestamp-reply", answer)

    return app


def _problem(scope: Mapping[str, Any]) -> tuple[int, str, bytes] | None:
    content_type = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip()
    if scope["path"] != "/":
        return 404, "text/plain", b"alleen /"
    if scope["method"] != "POST":
        return 405, "text/plain", b"alleen POST"
    if content_type.lower() != b"application/timestamp-query":
        return 415, "text/plain", b"alleen application/timestamp-query"
    return None


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more and len(body) <= MAX_QUERY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _reply(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
