# SPDX-License-Identifier: EUPL-1.2
"""What a certificate must be to sign time: predicates about a TSU (time-stamping unit).

RFC 3161 section 2.3 (extended key usage), RFC 5816 with RFC 5035 section 4 (ESSCertIDv2),
ETSI EN 319 422 section 6 (key usage), RFC 5280 section 6 (chain). Pure; a malformed certificate
raises ValueError or an exception of `cryptography.x509`, which `token` turns into a refusal.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from . import tsp


def is_named_by(ess: tsp.EssCertIdV2, certificate: x509.Certificate) -> bool:
    """Is it this certificate, to the bit, that the signed attribute names?"""
    hash_name = tsp.HASHES.get(ess.algorithm.oid if ess.algorithm else tsp.SHA256)
    if hash_name is None:
        return False
    der = certificate.public_bytes(Encoding.DER)
    if hashlib.new(hash_name, der).digest() != ess.digest:
        return False
    if ess.issuer_serial is None:
        return True
    issuers = [bytes(name.data) for name in ess.issuer_serial.issuer]
    serial = ess.issuer_serial.serial
    return (issuers, serial) == ([certificate.issuer.public_bytes()], certificate.serial_number)


def is_only_for_time_stamping(certificate: x509.Certificate) -> bool:
    """Extended key usage critical and timeStamping alone; key usage, if any, for signing only."""
    extensions = {extension.oid: extension for extension in certificate.extensions}
    purpose = extensions.get(ExtensionOID.EXTENDED_KEY_USAGE)
    if purpose is None or not purpose.critical:
        return False
    if list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        return False
    usage = extensions.get(ExtensionOID.KEY_USAGE)
    return usage is None or _signs_and_no_more(usage.value)


def _signs_and_no_more(usage: x509.KeyUsage) -> bool:
    more = (
        usage.key_encipherment,
        usage.data_encipherment,
        usage.key_agreement,
        usage.key_cert_sign,
        usage.crl_sign,
    )
    return (usage.digital_signature or usage.content_commitment) and not any(more)


def is_called(certificate: x509.Certificate, name: bytes) -> bool:
    """Is `name` (DER of a Name) its subject or one of its alternative names?"""
    if certificate.subject.public_bytes() == name:
        return True
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return False
    others = found.value.get_values_for_type(x509.DirectoryName)
    return any(other.public_bytes() == name for other in others)


def is_valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    """Does `at` (aware) fall within its validity?"""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def leads_to(
    roots: Sequence[x509.Certificate],
    certificate: x509.Certificate,
    hints: Sequence[x509.Certificate],
    at: datetime,
) -> bool:
    """Does a path of signatures, valid at `at`, run from one of `roots` to `certificate`?

    Knows signatures, names and dates, not path length or constraints: OpenSSL has to agree. It
    stands beside it because older releases of rfc3161-client took roots from the token itself.
    """
    reached = [certificate]
    for current in reached:
        if any(_issued(root, current, at) for root in roots):
            return True
        reached += [hint for hint in hints if hint not in reached and _issued(hint, current, at)]
    return False


def _issued(issuer: x509.Certificate, subject: x509.Certificate, at: datetime) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return is_valid_at(issuer, at)
