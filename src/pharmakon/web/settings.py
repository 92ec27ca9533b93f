"""How a server is set up: one frozen configuration, of which the options of `pharmakon serve` are made."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.store.places import cache_folder

OIDC_SECRET = "PHARMAKON_OIDC_SECRET"  # noqa: S105 - the name of a variable
"""The environment variable of the secret that this server has with an OpenID provider."""


DATABASE = "PHARMAKON_DATABASE"
"""The environment variable of the database's address: on a command line everybody on the machine reads its password."""


class Place(Config):
    """Where a server keeps what it has."""

    data: Path = Field(
        default_factory=lambda: cache_folder().parent / "pharmakon-server",
        description="folder of uploads, jobs, the record and, unless --database says otherwise, the database",
    )
    database: str = Field(
        "",
        description=f"sqlite:///FILE or postgresql://...; else the environment variable {DATABASE}, or server.db in "
        "the data folder",
    )

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.database or os.environ.get(DATABASE, "") or f"sqlite:///{(self.data / 'server.db').resolve()}"


class WorkerConfig(Place):
    """What a worker needs of its server: the same data folder, the same database, the same limits."""

    running: int = Field(2, ge=1, description="jobs that one user may have running at a time")
    memory: float | None = Field(
        None, ge=500, description="megabytes that one job may take; one that takes more fails. Linux only"
    )
    log: Literal["text", "json"] = Field("text", description="form of the log, which goes to standard error")


class ServeConfig(WorkerConfig):
    """Where the server listens, what it keeps where, and how much anybody may ask of it."""

    host: str = Field("127.0.0.1", description="address to listen on; others than this machine's want --accounts")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    workers: int = Field(1, ge=0, le=64, description="worker processes to start; 0 where others do the work")
    accounts: bool = Field(
        False, description="ask everybody to log in; without it the server answers this machine alone, as one user"
    )
    public: str = Field("", description="address that users type, such as https://pharmakon.example.org")
    largest: int = Field(2_000_000_000, ge=1, description="bytes of the largest upload")
    waiting: int = Field(100, ge=1, description="jobs that one user may have waiting or running")
    rate: int = Field(1200, ge=1, description="requests that one caller may make in a minute, where there are accounts")
    logins: int = Field(
        20, ge=1, description="tries to log in, or at one account, that one address may make in a minute"
    )
    oidc_issuer: str = Field("", description="address of an OpenID provider that people may log in with")
    oidc_client: str = Field("", description=f"this server's name at the provider; its secret stands in {OIDC_SECRET}")
    oidc_claim: str = Field("groups", description="the provider's claim that lists a person's groups")
    oidc_roles: tuple[str, ...] = Field(
        (), description="GROUP=PROJECT:ROLE, what the members of a group are in a project; set anew at each login"
    )
    profile: Literal["fast", "full"] = Field("fast", description="models that answer on the molecule page")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.public and not re.fullmatch(r"https?://[^/?#@\s]+/?", self.public):
            raise ValueError("public: an address such as https://pharmakon.example.org, with no path")
        if self.oidc_issuer and not (self.accounts and self.oidc_client):
            raise ValueError("oidc_issuer wants accounts = true and oidc_client")
        if self.oidc_issuer and not self.public and not self.is_local:
            raise ValueError("oidc_issuer wants public: the provider sends people back to it")
        for text in self.oidc_roles:
            if not re.fullmatch(r"[^=]+=[^:]+:[a-z]+", text):
                raise ValueError(f"oidc_roles: {text!r} is not GROUP=PROJECT:ROLE")
        return self

    @property
    def is_local(self) -> bool:
        """Whether it listens to this machine alone."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def secure(self) -> bool:
        """Whether users come by https, so that cookies travel by nothing else."""
        return self.public.startswith("https://")
