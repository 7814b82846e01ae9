# SPDX-License-Identifier: EUPL-1.2
"""What an installation decides: environment variables `LOKET_…`, all with a safe default.

With nothing set, everything runs embedded in one data directory. Whatever production must set
says so in a sentence when it is missing.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConfigurationError(Exception):
    """The settings cannot work; the message says what to set."""


class TsaSetting(BaseModel):
    """A time-stamping authority: where it answers and which root we trust for it."""

    name: str
    url: str
    root_file: Path
    policies: list[str] = []


class Settings(BaseSettings):
    """All settings. Each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="LOKET_", extra="ignore")

    data_dir: Path = Field(
        Path("data"), description="Directory for the embedded database, keys and files."
    )
    database_url: str | None = Field(
        None, description="PostgreSQL server to use instead of the embedded one (role loket_app)."
    )
    database_owner_url: str | None = Field(
        None, description="Connection that owns the tables, for migrations; else database_url."
    )
    origin: str = Field(
        "loket.localhost/log", description="Name of the log: the first line of every checkpoint."
    )
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port the API listens on.")
    base_url: str = Field("", description="Public URL of the API; else http://host:port.")
    master_key_file: Path | None = Field(
        None, description="32 bytes, hexadecimal, that wrap all data keys."
    )
    log_key_file: Path | None = Field(
        None, description="Ed25519 private key (PEM) that signs checkpoints."
    )
    checkpoint_file: Path | None = Field(
        None, description="Record of published checkpoints; keep it apart from the database."
    )
    files_dir: Path | None = Field(None, description="Directory of the content-addressed files.")
    max_upload: int = Field(2 * 2**30, gt=0, description="Largest file, in bytes.")
    max_export: int = Field(
        100_000, gt=0, le=1_000_000, description="Rows of one export (CSV or XLSX), at most."
    )
    issuer: str = Field("", description="Issuer of access tokens; empty for the development one.")
    audience: str = Field("loket", description="Audience that access tokens must name.")
    jwks_file: Path | None = Field(None, description="Public keys of the issuer, from a file.")
    jwks_url: str = Field("", description="Public keys of the issuer, from a URL.")
    tsas: list[TsaSetting] = Field(
        default_factory=list,
        description="Time-stamping authorities in order of preference (JSON); empty for our own "
        "development TSA, whose stamps are NIET-GEKWALIFICEERD.",
    )
    smtp_host: str = Field("", description="Mail server; empty: no mail leaves, and says so.")
    smtp_port: int = Field(25, description="Port of the mail server.")
    smtp_from: str = Field("loket@localhost", description="Sender of receipts.")
    smtp_user: str = Field("", description="Account on the mail server.")
    smtp_password_file: Path | None = Field(None, description="Password for smtp_user.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the connection to the mail server is protected."
    )
    broker_url: str = Field(
        "", description="RabbitMQ (amqp://) or Redis (redis://); empty: the same PostgreSQL."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe messages that are written."
    )

    @property
    def embedded(self) -> bool:
        """True when this installation brings its own database, keys, issuer and TSA."""
        return self.database_url is None or self.development

    development: bool = Field(
        False, description="Allow the development issuer and TSA beside a database server."
    )

    @property
    def keys_dir(self) -> Path:
        """Where an embedded installation keeps its keys."""
        return self.data_dir / "keys"

    @property
    def url(self) -> str:
        """The public URL of the API, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        if not self.embedded:
            missing = [
                f"LOKET_{name.upper()}"
                for name in ("master_key_file", "log_key_file", "checkpoint_file", "issuer", "tsas")
                if not getattr(self, name)
            ]
            if not (self.jwks_file or self.jwks_url):
                missing.append("LOKET_JWKS_FILE or LOKET_JWKS_URL")
            if missing:
                raise ValueError(
                    "with LOKET_DATABASE_URL set, production also needs "
                    f"{', '.join(missing)}; or set LOKET_DEVELOPMENT=true for a trial"
                )
        return self


def load(**overrides: object) -> Settings:
    """The settings from the environment; raises ConfigurationError with one readable sentence."""
    try:
        return Settings(**{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigurationError("; ".join(map(_sentence, error.errors()))) from None


def _sentence(error: ErrorDetails) -> str:
    name = "_".join(map(str, error["loc"])).upper()
    return f"LOKET_{name}: {error['msg']}" if name else error["msg"].removeprefix("Value error, ")
