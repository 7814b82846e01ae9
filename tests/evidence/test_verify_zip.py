# SPDX-License-Identifier: EUPL-1.2
"""Zips that mean harm are refused before anything in them is read."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from honest_lab import Honest
from zip_lab import write_zip

from loket.evidence import verify_zip
from loket.evidence.verify import verify
from loket.evidence.verify_report import Code, Verdict
from loket.evidence.verify_zip import Broken, SafeZip, Unsafe

Build = Callable[[zipfile.ZipFile], None]


def made(path: Path, build: Build) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        build(archive)
    return path


def named(name: str) -> Build:
    return lambda archive: archive.writestr(name, b"x")


def link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("log/checkpoint")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


def device(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("log/checkpoint")
    info.create_system, info.external_attr = 3, 0o020666 << 16
    archive.writestr(info, b"")


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("bewijs.json", b"{}")
    archive.writestr("Bewijs.json", b"[]")


def bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("bericht/documenten/01-x", bytes(300 << 20), zipfile.ZIP_DEFLATED)


def large(archive: zipfile.ZipFile) -> None:
    archive.writestr("gebeurtenissen/0.inhoud.json", bytes(verify_zip.MAX_MEMBER + 1))


def bzip(archive: zipfile.ZipFile) -> None:
    archive.writestr("bewijs.json", b"{}", zipfile.ZIP_BZIP2)


HARM: dict[str, tuple[Build, str]] = {
    "climbing": (named("../../etc/cron.d/x"), "verboden"),
    "climbing inside": (named("log/../../x"), "verboden"),
    "absolute": (named("/etc/passwd"), "verboden"),
    "of another system": (named("C:\\x"), "verboden"),
    "with a backslash": (named("log\\x"), "verboden"),
    "with an escape": (named("log/\x1b[2J"), "verboden"),
    "hidden": (named("log/.ssh"), "verboden"),
    "with two slashes": (named("log//x"), "verboden"),
    "twice but for case": (twice, "twee keer"),
    "a link": (link, "geen gewoon bestand"),
    "a device": (device, "geen gewoon bestand"),
    "a bomb": (bomb, "sterk gecomprimeerd"),
    "too large": (large, "te groot"),
    "oddly compressed": (bzip, "ongewone manier"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_member_is_refused_that_is(tmp_path: Path, harm: str) -> None:
    build, said = HARM[harm]
    path = made(tmp_path / "x.zip", build)
    with pytest.raises(Unsafe, match=said):
        SafeZip(path)
    report = verify(path, [], [])
    assert (report.verdict, report.codes) == (Verdict.FAILED, {Code.BUNDEL_ONVEILIG})


def test_a_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a/1", b"1")
        archive.writestr("a/2", b"2")
    path = tmp_path / "x.zip"
    path.write_bytes(content.getvalue().replace(b"a/2", b"a/1"))
    with pytest.raises(Unsafe, match="twee keer"):
        SafeZip(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "x.zip", named("bewijs.json"))
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(Unsafe, match="versleuteld"):
        SafeZip(path)


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """A bomb that needs no compression: a thousand entries for one piece of data."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bericht/documenten/0000", bytes(1 << 20))
        first = archive.infolist()[0]
        for number in range(1, 1000):
            info = zipfile.ZipInfo(f"bericht/documenten/{number:04}")
            info.header_offset, info.CRC = first.header_offset, first.CRC
            info.compress_size, info.file_size = first.compress_size, first.file_size
            archive.filelist.append(info)
    with pytest.raises(Unsafe, match="overlappen"):
        SafeZip(path)


def test_a_directory_too_large_to_read_is_not_read(tmp_path: Path) -> None:
    path = made(tmp_path / "x.zip", named("bewijs.json"))
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 12, 1 << 31)
    path.write_bytes(content)
    with pytest.raises(Unsafe, match="te veel bestanden"):
        SafeZip(path)


def test_the_long_form_of_the_directory_is_held_to_the_same(tmp_path: Path) -> None:
    path = made(tmp_path / "x.zip", named("bewijs.json"))
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 10**9, 1 << 40, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    path.write_bytes(content[:end] + record + locator + content[end:])
    with pytest.raises(Unsafe, match="te veel bestanden: 1000000000"):
        SafeZip(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\0" * 70_000])
def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    report = verify(path, [], [])
    assert (report.verdict, report.codes) == (Verdict.FAILED, {Code.BUNDEL_ONLEESBAAR})


def test_a_file_that_is_not_there_is_no_crash(tmp_path: Path) -> None:
    assert verify(tmp_path / "none.zip", [], []).codes == {Code.BUNDEL_ONLEESBAAR}
    assert verify(tmp_path, [], []).codes == {Code.BUNDEL_ONLEESBAAR}


def test_a_bundle_that_was_packed_again_with_compression_still_passes(
    honest: Honest, tmp_path: Path
) -> None:
    path = tmp_path / "again.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in honest.members.items():
            archive.writestr(name, data)
        archive.mkdir("leeg")
    assert honest.lab.verify(path).verdict is Verdict.PASSED


def test_a_member_whose_bytes_do_not_fit_its_checksum_is_broken(
    honest: Honest, tmp_path: Path
) -> None:
    content = bytearray(honest.path.read_bytes())
    content[content.index(b"%PDF") + 3] ^= 1
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with SafeZip(path) as archive, pytest.raises(Broken, match="niet te lezen"):
        archive.digest("bericht/documenten/01-Besluitenlijst-12-maart.pdf")
    assert honest.lab.verify(path).verdict is Verdict.FAILED


def test_nothing_is_written_while_verifying(honest: Honest, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    honest.lab.verify(write_zip(tmp_path / "b.zip", honest.members))
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "b.zip"]
