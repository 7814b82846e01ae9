# SPDX-License-Identifier: EUPL-1.2
"""A laboratory for tokens, good and bad: authorities, signers, and a TSA that will sign anything.

`sign` makes a response in which each part can be replaced by an argument; the default is a good
token. `ROOT` is the authority that tests trust, `TSU` its honest signer, `QUERY` what was asked;
a `Make` makes a token when its test runs.
"""

import hashlib
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from loket.evidence import tsp
from loket.evidence.token import Stamp, build_query, check

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
DATA = b"loket.example/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NONCE = 0xC0FFEE5EED5EED01
POLICY = "0.4.0.2023.1.1"
YEAR = timedelta(days=365)
TIME = (ExtendedKeyUsageOID.TIME_STAMPING,)

Purposes = Sequence[x509.ObjectIdentifier]


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certify(
    subject: str,
    issuer: Holder | None,
    *,
    ca: bool = False,
    purposes: Purposes = (),
    critical: bool = True,
    start: datetime = NOW - YEAR,
    end: datetime = NOW + YEAR,
    serial: int | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
) -> Holder:
    """A certificate under `issuer`, or self-signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer.certificate.subject if issuer else name(subject))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return Holder(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def authority(subject: str = "Testwortel", issuer: Holder | None = None) -> Holder:
    return certify(subject, issuer, ca=True, start=NOW - 10 * YEAR, end=NOW + 10 * YEAR)


def statement(data: bytes = DATA, *, at: datetime = NOW, nonce: int | None = NONCE) -> tsp.TstInfo:
    """A good TSTInfo, to be changed at will."""
    sha256 = tsp.Algorithm(oid=tsp.SHA256, parameters=asn1.Null())
    return tsp.TstInfo(
        version=1,
        policy=tsp.Oid(POLICY),
        imprint=tsp.MessageImprint(algorithm=sha256, digest=hashlib.sha256(data).digest()),
        serial=42,
        gen_time=asn1.GeneralizedTime(at),
        accuracy=tsp.Accuracy(seconds=1, millis=None, micros=None),
        ordering=False,
        nonce=nonce,
        tsa=None,
        extensions=None,
    )


def attribute(oid: tsp.Oid, value: object) -> tsp.Attribute:
    return tsp.Attribute(oid=oid, values=asn1.SetOf([any_of(value)]))


def any_of(value: object) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, asn1.encode_der(value))


def ess(certificate: x509.Certificate, serial: tsp.IssuerSerial | None = None) -> tsp.Attribute:
    """The signing-certificate-v2 attribute naming `certificate`."""
    digest = certificate.fingerprint(hashes.SHA256())
    named = tsp.EssCertIdV2(algorithm=None, digest=digest, issuer_serial=serial)
    return attribute(
        tsp.SIGNING_CERTIFICATE_V2, tsp.SigningCertificateV2(certificates=[named], policies=None)
    )


Change = Callable[[tsp.SignedData], None]


def sign(
    signer: Holder,
    info: tsp.TstInfo | None = None,
    *,
    status: int = 0,
    certificates: Sequence[x509.Certificate] | None = None,
    named: Sequence[tsp.Attribute] | None = None,
    content_type: tsp.Oid = tsp.TST_INFO,
    digest_algorithm: tsp.Oid = tsp.SHA256,
    change: Change | None = None,
) -> bytes:
    """A TimeStampResp whose token states `info`. `change` edits it after signing."""
    content = asn1.encode_der(info or statement())
    attributes = asn1.SetOf(
        [
            attribute(tsp.CONTENT_TYPE, content_type),
            attribute(tsp.MESSAGE_DIGEST, hashlib.sha256(content).digest()),
            *([ess(signer.certificate)] if named is None else named),
        ]
    )
    sid = signer.certificate
    signer_info = tsp.SignerInfo(
        version=1,
        sid=tsp.IssuerAndSerial(issuer=sid.issuer, serial=sid.serial_number),
        digest_algorithm=tsp.Algorithm(oid=digest_algorithm, parameters=None),
        signed_attributes=attributes,
        signature_algorithm=[any_of(tsp.Oid("1.2.840.10045.4.3.2"))],
        signature=signer.key.sign(asn1.encode_der(attributes), ec.ECDSA(hashes.SHA256())),
        unsigned_attributes=None,
    )
    embedded = [signer.certificate] if certificates is None else list(certificates)
    signed = tsp.SignedData(
        version=3,
        digest_algorithms=asn1.SetOf([tsp.Algorithm(oid=digest_algorithm, parameters=None)]),
        encapsulated=tsp.EncapsulatedContent(oid=tsp.TST_INFO, content=content),
        certificates=asn1.SetOf(embedded) if embedded else None,
        crls=None,
        signers=asn1.SetOf([signer_info]),
    )
    if change:
        change(signed)
    return asn1.encode_der(
        tsp.Response(
            status=tsp.Status(status=status, text=None, failure=None),
            token=tsp.Token(oid=tsp.SIGNED_DATA, signed_data=signed),
        )
    )


def named_as(
    algorithm: tsp.Oid | None, digest: bytes, serial: tsp.IssuerSerial | None = None
) -> tsp.Attribute:
    hash_function = tsp.Algorithm(oid=algorithm, parameters=None) if algorithm else None
    named = tsp.EssCertIdV2(algorithm=hash_function, digest=digest, issuer_serial=serial)
    value = tsp.SigningCertificateV2(certificates=[named], policies=None)
    return attribute(tsp.SIGNING_CERTIFICATE_V2, value)


def issuer_serial(issuer: str, serial: int) -> tsp.IssuerSerial:
    return tsp.IssuerSerial(issuer=[directory_name(issuer).choice], serial=serial)


def directory_name(text: str) -> tsp.GeneralName:
    der = name(text).public_bytes()
    tagged = tsp.DIRECTORY_NAME + bytes([len(der)]) + der
    return tsp.GeneralName(choice=asn1.decode_der(asn1.TLV, tagged))


def accuracy(seconds: int) -> tsp.Accuracy:
    return tsp.Accuracy(seconds=seconds, millis=None, micros=None)


def extension(value: bytes, *, critical: bool = False) -> list[tsp.Extension]:
    return [tsp.Extension(oid=tsp.QC_STATEMENTS, critical=critical, value=value)]


def key_usage(**also: bool) -> x509.KeyUsage:
    names = "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
    names += " key_cert_sign crl_sign encipher_only decipher_only"
    usage = dict.fromkeys(names.split(), False) | {"digital_signature": True}
    return x509.KeyUsage(**(usage | also))


Make = Callable[[], bytes]

QUERY = build_query(DATA, NONCE)
ROOT = authority()
TSU = certify("Test-TSU", ROOT, purposes=TIME)
FINGERPRINT = TSU.certificate.fingerprint(hashes.SHA256())
SERIAL = TSU.certificate.serial_number


def changed(**fields: object) -> tsp.TstInfo:
    info = statement()
    for key, value in fields.items():
        setattr(info, key, value)
    return info


def stating(**fields: object) -> Make:
    """A token signed by the honest TSU that states something else."""
    return lambda: sign(TSU, changed(**fields))


def by_tsu(purposes: tuple[x509.ObjectIdentifier, ...] = TIME, **changes: object) -> Make:
    """A token signed by a certificate of our own authority that is not what it should be."""
    return lambda: sign(certify("Test-TSU", ROOT, purposes=purposes, **changes))  # type: ignore[arg-type]


def naming(*attributes: tsp.Attribute) -> Make:
    """A token with these attributes where ESSCertIDv2 should be."""
    return lambda: sign(TSU, named=attributes)


def under(issuer: Holder) -> bytes:
    """A token whose TSU was certified by `issuer`, which travels inside."""
    tsu = certify("Test-TSU", issuer, purposes=TIME)
    return sign(tsu, certificates=[tsu.certificate, issuer.certificate])


def verify(response: bytes) -> Stamp:
    return check(response, QUERY, DATA, [ROOT.certificate], {POLICY})


def openssl_accepts(response: bytes, directory: Path) -> bool:
    (directory / "r.tsr").write_bytes(response)
    (directory / "q.tsq").write_bytes(QUERY)
    (directory / "root.pem").write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    at = str(int(NOW.timestamp()))
    command = ["openssl", "ts", "-verify", "-in", "r.tsr", "-queryfile", "q.tsq"]
    command += ["-CAfile", "root.pem", "-attime", at]
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False)
    return done.returncode == 0
