"""The tables of the server's database, the same in SQLite and PostgreSQL. Times are seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password", Text),  # argon2id; none where somebody else says who it is
    Column("subject", Text, unique=True),  # issuer and subject of OpenID Connect
    Column("admin", Boolean, nullable=False, default=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", Float, nullable=False, default=0.0),
    Column("created", Float, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("created", Float, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("user", ForeignKey("users.id"), primary_key=True),
    Column("role", String(16), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # of the cookie: who reads the table cannot log in with it
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("project", ForeignKey("projects.id")),
    Column("created", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("proved", Float, nullable=False),  # when the password was last given
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("roles", String(80), nullable=False),  # it can do no more than these, however much its user can
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Float, nullable=False, default=0.0),
)

files = Table(
    "files",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("patient", Boolean, nullable=False),  # data of patients: only a curator reads it
    Column("created", Float, nullable=False),
    Index("ix_files_project_created", "project", "created"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("verb", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("config", Text, nullable=False),  # JSON: what was asked
    Column("files", Text, nullable=False),  # JSON: ids of the files it may read
    Column("patient", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("resume", Boolean, nullable=False, default=False),
    Column("lease", String(32)),  # whoever holds it works on the job, and nobody else may end it
    Column("lease_until", Float),
    Column("worker", String(200)),
    Column("cancel", Boolean, nullable=False, default=False),
    Column("pause", Boolean, nullable=False, default=False),
    Column("done", BigInteger, nullable=False, default=0),
    Column("total", BigInteger, nullable=False, default=0),
    Column("note", Text, nullable=False, default=""),
    Column("result", Text),  # JSON: facts and the names of what was written
    Column("error", Text),
    Column("key", String(200)),  # given by the client: the same key is the same job
    UniqueConstraint("project", "user", "key"),
    Index("ix_jobs_state_created", "state", "created"),
    Index("ix_jobs_project_created", "project", "created"),
)

selections = Table(
    "selections",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("library", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("rows", Text, nullable=False),  # JSON: row numbers, or runs of them
    Column("changed", Float, nullable=False),
)
