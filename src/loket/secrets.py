# SPDX-License-Identifier: EUPL-1.2
"""The keys of an installation: made once when embedded, read from files in production."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from loket.settings import ConfigurationError, Settings

MASTER_KEY = 32


def master_key(settings: Settings) -> bytes:
    """The 32 bytes that wrap all data keys. Raises ConfigurationError."""
    path = settings.master_key_file or settings.keys_dir / "master.key"
    text = _read(path, settings, lambda: os.urandom(MASTER_KEY).hex().encode())
    try:
        key = bytes.fromhex(text.decode().strip())
    except ValueError:
        key = b""
    if len(key) != MASTER_KEY:
        raise ConfigurationError(f"{path} must hold 64 hexadecimal digits (LOKET_MASTER_KEY_FILE)")
    return key


def log_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs checkpoints. Raises ConfigurationError."""
    path = settings.log_key_file or settings.keys_dir / "log.pem"
    pem = _read(
        path,
        settings,
        lambda: Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
    )
    try:
        key = load_pem_private_key(pem, password=None)
    except ValueError as error:
        raise ConfigurationError(f"{path} is not a private key in PEM: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(f"{path} must hold an Ed25519 key (LOKET_LOG_KEY_FILE)")
    return key


def _read(path: Path, settings: Settings, make: Callable[[], bytes]) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if not settings.embedded:
            raise ConfigurationError(f"{path} does not exist") from None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return create_once(path, make())


def create_once(path: Path, content: bytes) -> bytes:
    """Write a secret that does not exist yet (mode 0600, durable); the winner's content counts."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        temporary.unlink()
    return content
