"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "users",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("email", sa.String(320), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("subject", sa.Text, unique=True),
        sa.Column("admin", sa.Boolean, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.Float, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "members",
        sa.Column("project", sa.String(16), sa.ForeignKey("projects.id"), primary_key=True),
        sa.Column("user", sa.String(16), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("role", sa.String(16), primary_key=True),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(16), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("project", sa.String(16), sa.ForeignKey("projects.id")),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("proved", sa.Float, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("user", sa.String(16), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("project", sa.String(16), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("roles", sa.String(80), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("used", sa.Float, nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("project", sa.String(16), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("user", sa.String(16), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("patient", sa.Boolean, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("ix_files_project_created", "files", ["project", "created"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("project", sa.String(16), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("user", sa.String(16), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("patient", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("ended", sa.Float),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("resume", sa.Boolean, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", sa.Float),
        sa.Column("worker", sa.String(200)),
        sa.Column("cancel", sa.Boolean, nullable=False),
        sa.Column("pause", sa.Boolean, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("key", sa.String(200)),
        sa.UniqueConstraint("project", "user", "key", name="uq_jobs_project"),
    )
    op.create_index("ix_jobs_state_created", "jobs", ["state", "created"])
    op.create_index("ix_jobs_project_created", "jobs", ["project", "created"])
    op.create_table(
        "selections",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("project", sa.String(16), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("user", sa.String(16), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("library", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rows", sa.Text, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Drop them, and what they hold."""
    for name in ("selections", "jobs", "files", "tokens", "sessions", "members", "projects", "users"):
        op.drop_table(name)
