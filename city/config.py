"""Where the house finds its database, its files and its secret: from the environment, checked at the door."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """How one installation runs.

    ``data_dir`` holds the SQLite database, street caches, mail of the demo and
    uploads. ``cache_dir`` holds what can be made again at any time: merged words
    and compiled templates (``data_dir / "cache"`` unless given). ``demo`` opens
    what only example data may have: printed logins and mail written to files.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    demo: bool = False
    smtp_url: str = ""
    mail_from: str = ""
    public_url: str = ""
    https: bool = True
    embedded_worker: bool = False
    cache_dir: Path | None = None

    @property
    def made_again(self) -> Path:
        """The folder of what can be made again at any time."""
        return self.cache_dir or self.data_dir / "cache"

    @property
    def sqlite(self) -> bool:
        """Whether the database is a file beside the program."""
        return self.database_url.startswith("sqlite")


def from_environment() -> Config:
    """Read the configuration of a production server.

    Raises SystemExit with a sentence if the secret key or the public address is missing.
    """
    secret = os.environ.get("CITY_SECRET_KEY", "")
    if len(secret) < 32:
        raise SystemExit(
            "CITY_SECRET_KEY is not set or is shorter than 32 characters. "
            "Create one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    data_dir = Path(os.environ.get("CITY_DATA_DIR", "var/city")).resolve()
    return Config(
        data_dir=data_dir,
        database_url=database_url(os.environ.get("DATABASE_URL", ""), data_dir),
        secret_key=secret,
        smtp_url=os.environ.get("CITY_SMTP_URL", ""),
        mail_from=os.environ.get("CITY_MAIL_FROM", ""),
        public_url=os.environ.get("CITY_PUBLIC_URL", "").rstrip("/"),
        https=os.environ.get("CITY_HTTPS", "1") != "0",
        cache_dir=wanted_cache_dir(),
    )


def wanted_cache_dir() -> Path | None:
    """The folder of the environment variable CITY_CACHE_DIR, if there is one."""
    wanted = os.environ.get("CITY_CACHE_DIR", "")
    return Path(wanted).resolve() if wanted else None


def database_url(wanted: str, data_dir: Path) -> str:
    """The wanted database, or the SQLite file in ``data_dir``; PostgreSQL goes through psycopg 3."""
    if not wanted:
        return f"sqlite:///{data_dir / 'city.sqlite3'}"
    for prefix in ("postgresql://", "postgres://"):
        if wanted.startswith(prefix):
            return "postgresql+psycopg://" + wanted.removeprefix(prefix)
    return wanted
