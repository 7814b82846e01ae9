# SPDX-License-Identifier: EUPL-1.2
"""A private directory outside the data directory, for when that is too long or too closed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


class Runtime:
    """A private directory with a short path, reachable for the server; made only when needed."""

    def __init__(self, note: Path) -> None:
        self._note = note

    def socket_link(self) -> Path | None:
        """The short way to the socket's directory, if there is one."""
        if not self._note.exists():
            return None
        link = Path(self._note.read_text(encoding="utf-8")) / "s"
        return link if link.is_symlink() else None

    def link_socket(self, pgdata: Path) -> None:
        (self._directory() / "s").symlink_to(pgdata)

    def copy_programs(self, package: Path) -> Path:
        """Copy what the server needs of the wheel, readable for all; returns its bin directory."""
        target = self._directory() / package.name
        libraries = package.with_name(f"{package.name}.libs")
        for name in ("bin", "lib", "share"):
            shutil.copytree(
                package / "pginstall" / name,
                target / "pginstall" / name,
                copy_function=_copy_readable,
                ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc"),
            )
        if libraries.exists():
            shutil.copytree(
                libraries, target.with_name(libraries.name), copy_function=_copy_readable
            )
        for directory in (target, *target.rglob("*/")):
            directory.chmod(0o755)
        return target / "pginstall" / "bin"

    def remove(self) -> None:
        if self._note.exists():
            shutil.rmtree(self._note.read_text(encoding="utf-8"), ignore_errors=True)
            self._note.unlink()

    def _directory(self) -> Path:
        if not self._note.exists():
            directory = tempfile.mkdtemp(prefix="loket-")
            self._note.write_text(directory, encoding="utf-8")
            Path(directory).chmod(0o711)
        return Path(self._note.read_text(encoding="utf-8"))


def _copy_readable(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
