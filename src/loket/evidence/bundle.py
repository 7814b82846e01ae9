# SPDX-License-Identifier: EUPL-1.2
"""The proof of one stream as one file, `bewijs-<id>.zip`; `docs/reference/bewijs.md` describes it.

Deterministic: the same evidence and documents give the same bytes (nothing is compressed, members
carry no date). Nothing in it has to be believed: `verify` and the commands of LEESMIJ.txt check
it with keys obtained elsewhere.
"""

import hashlib
import json
import re
import unicodedata
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from loket.evidence.bundle_pages import page, readme
from loket.evidence.bundle_records import etsi_record, stream_line
from loket.evidence.gather import Evidence, Proven, Token
from loket.evidence.moments import moment_of, utc_text
from loket.kernel import Document

FORMAT = "loket-bewijs/1"
CHUNK = 1 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)

Opener = Path | Callable[[], BinaryIO]
"""Where the bytes of a document come from."""


class DocumentChanged(Exception):
    """A document's bytes are not those that the log committed to."""


def file_name(stream: str) -> str:
    """`bewijs-<id>.zip`, for a stream `module/id`."""
    return f"bewijs-{_safe(stream.rpartition('/')[2])}.zip"


def write(evidence: Evidence, out: BinaryIO, documents: Mapping[str, Opener] | None = None) -> None:
    """Write the bundle to `out`, which must be seekable.

    `documents` maps SHA-256 digests (hexadecimal) to the bytes to include; what is not in it is
    left out and said to be. Raises DocumentChanged when bytes do not have their digest.
    """
    openers = documents or {}
    names = document_files(evidence, openers)
    stems = token_stems(evidence.tokens)
    sums: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        members = {**_fixed(evidence, names, stems)}
        for name, content in sorted(members.items()):
            archive.writestr(_info(name), content)
            sums[name] = hashlib.sha256(content).hexdigest()
        for digest, name in names.items():
            _copy(archive, name, openers[digest], digest)
            sums[name] = digest
        lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
        archive.writestr(_info("SHA256SUMS"), "".join(lines))


def document_files(evidence: Evidence, available: Mapping[str, Any]) -> dict[str, str]:
    """The member that holds each included document, by digest, in order of appearance."""
    found: dict[str, str] = {}
    for document in _documents(evidence):
        if document.sha256 in available and document.sha256 not in found:
            safe = _safe(document.naam)
            found[document.sha256] = f"bericht/documenten/{len(found) + 1:02d}-{safe}"
    return found


def token_stems(tokens: list[Token]) -> dict[bytes, str]:
    """The file name (without extension) of each token, by the hash of its response."""
    stems: dict[bytes, str] = {}
    for token in tokens:
        number = sum(1 for other in stems.values() if other.split("-")[0] == f"tijd/{token.size}")
        stems[token.sha256] = f"tijd/{token.size}" + (f"-{number + 1}" if number else "")
    return stems


def _documents(evidence: Evidence) -> Iterator[Document]:
    for event in evidence.events:
        yield from event.documents


def _fixed(
    evidence: Evidence, names: Mapping[str, str], stems: Mapping[bytes, str]
) -> dict[str, bytes]:
    index = _index(evidence, names, stems)
    members = {
        "LEESMIJ.txt": readme(evidence, stems).encode(),
        "bewijs.html": page(evidence, names, stems).encode(),
        "bewijs.json": _json(index),
        "stroom.jsonl": b"".join(stream_line(event) for event in evidence.events),
        "log/log.vkey": f"{evidence.log.vkey}\n".encode(),
        "log/policy.txt": f"log {evidence.log.vkey}\nquorum none\n".encode(),
        "log/consistentie.txt": _consistency(evidence),
        "tijd/tsa-root.pem": evidence.roots,
        "tijd/storing.json": _json(list(evidence.outages)),
    }
    if evidence.newest:
        members["log/checkpoint"] = evidence.newest
    for event in evidence.events:
        members |= _event(event)
        if event.moment:
            n = event.recorded.seq
            members[f"etsi/{n}-{event.moment}.json"] = _json(etsi_record(evidence, event))
    for token in evidence.tokens:
        stem = stems[token.sha256]
        members |= {
            f"{stem}.tsq": token.query,
            f"{stem}.tsr": token.response,
            f"{stem}.note": token.note,
        }
    return members


def _event(event: Proven) -> dict[str, bytes]:
    n, opening = event.recorded.seq, event.recorded.opening
    members = {f"gebeurtenissen/{n}.leaf": event.leaf}
    if event.proof:
        members[f"log/{n}.tlog-proof"] = event.proof.encode()
    if opening:
        members |= {
            f"gebeurtenissen/{n}.inhoud.json": opening.payload.encode(),
            f"gebeurtenissen/{n}.inhoud.zout": opening.payload_salt,
            f"gebeurtenissen/{n}.actor.json": opening.actor.encode(),
            f"gebeurtenissen/{n}.actor.zout": opening.actor_salt,
        }
        for k, salt in enumerate(opening.documents):
            members[f"gebeurtenissen/{n}.document-{k}.zout"] = salt
    return members


def _index(
    evidence: Evidence, names: Mapping[str, str], stems: Mapping[bytes, str]
) -> dict[str, Any]:
    return {
        "formaat": FORMAT,
        "log": evidence.log.name,
        "stroom": evidence.stream,
        "checkpoint": evidence.checkpoint.size if evidence.checkpoint else None,
        "voorlopig": evidence.provisional,
        "gekwalificeerd": evidence.qualified,
        "gebeurtenissen": [_entry(event, names, stems) for event in evidence.events],
    }


def _entry(event: Proven, names: Mapping[str, str], stems: Mapping[bytes, str]) -> dict[str, Any]:
    recorded, interval = event.recorded, event.interval
    return {
        "volgnummer": recorded.seq,
        "positie": recorded.position,
        "type": recorded.type,
        "moment": moment_of(recorded.type),
        "geregistreerd": utc_text(recorded.registered),
        "status": event.status,
        "inhoud": _content(event),
        "stempel": stems[event.stamp.sha256] if event.stamp else None,
        "baken": stems[event.beacon.sha256] if event.beacon else None,
        "niet_voor": utc_text(interval.lower) if interval.lower else None,
        "niet_na": utc_text(interval.upper) if interval.upper else None,
        "documenten": [
            {
                "sha256": document.sha256,
                "grootte": document.size,
                "naam": document.naam,
                "formaat": document.formaat,
                "bestand": names.get(document.sha256),
            }
            for document in event.documents
        ],
    }


def _content(event: Proven) -> str:
    if event.recorded.opening:
        return "bijgevoegd"
    return "vernietigd" if event.recorded.key is None else "niet bijgevoegd"


def _consistency(evidence: Evidence) -> bytes:
    """Blocks of `old N`, `new M` and the hashes in base64, each closed by an empty line."""
    newest = evidence.checkpoint.size if evidence.checkpoint else 0
    blocks = [
        "\n".join([f"old {old}", f"new {newest}", *(b64encode(h).decode() for h in path), "", ""])
        for old, path in sorted(evidence.consistency.items())
    ]
    return "".join(blocks).encode()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _copy(archive: zipfile.ZipFile, name: str, opener: Opener, digest: str) -> None:
    source = opener.open("rb") if isinstance(opener, Path) else opener()
    found = hashlib.sha256()
    with source, archive.open(_info(name), "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            found.update(chunk)
            target.write(chunk)
    if found.hexdigest() != digest:
        raise DocumentChanged(f"{name}: the stored file is not the one with digest {digest}")


def _safe(name: str) -> str:
    """A file name for every system: ASCII letters, digits, dot, dash and underscore."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = re.sub(r"-*\.[.-]*", ".", re.sub(r"[^A-Za-z0-9._-]+", "-", plain)).strip(".-")
    stem, dot, extension = kept.rpartition(".")
    return f"{stem[:80]}{dot}{extension[:10]}" if stem else kept[:80] or "document"
