"""`pharmakon worker --data FOLDER --database postgresql://...`: more hands for a server, on this or another machine."""

from __future__ import annotations

from pharmakon.web import work
from pharmakon.web.settings import WorkerConfig

from .flags import from_config


@from_config()
def worker(config: WorkerConfig) -> None:
    """Take jobs of a server, one at a time, until Ctrl-C; it shares the server's folder and its database.

    On another machine the folder is a shared one (NFS, say), and the database PostgreSQL: a file of SQLite is not for
    several machines.
    """
    work.run(config, say=print)
