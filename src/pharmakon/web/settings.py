"""How a server is set up: one frozen configuration, of which the options of `pharmakon serve` are made."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.store.places import cache_folder


class ServeConfig(Config):
    """Where the server listens, what it keeps where, and how much anybody may ask of it."""

    host: str = Field("127.0.0.1", description="address to listen on; others than this machine's want --accounts")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    data: Path = Field(
        default_factory=lambda: cache_folder().parent / "pharmakon-server",
        description="folder of uploads, jobs, the record and, unless --database says otherwise, the database",
    )
    database: str = Field(
        "", description="sqlite:///FILE or postgresql://...; server.db in the data folder if not given"
    )
    workers: int = Field(1, ge=0, le=64, description="worker processes to start; 0 where others do the work")
    accounts: bool = Field(
        False, description="ask everybody to log in; without it the server answers this machine alone, as one user"
    )
    public: str = Field("", description="address that users type, such as https://pharmakon.example.org")
    largest: int = Field(2_000_000_000, ge=1, description="bytes of the largest upload")
    running: int = Field(2, ge=1, description="jobs that one user may have running")
    waiting: int = Field(100, ge=1, description="jobs that one user may have waiting or running")
    rate: int = Field(600, ge=1, description="requests that one caller may make in a minute")
    profile: Literal["fast", "full"] = Field("fast", description="models that answer on the molecule page")

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:///{(self.data / 'server.db').resolve()}"

    @property
    def secure(self) -> bool:
        """Whether users come by https, so that cookies travel by nothing else."""
        return self.public.startswith("https://")
