"""Who writes: the account of the operating system, and the name that somebody gives beside it."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
from dataclasses import dataclass

USER = "PHARMAKON_USER"
"""Environment variable: who is at work, where the account does not say (a shared one, a service's)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """`user` is who says to be at work, `account` the "user@host" that the operating system tells.

    Neither proves anything: whoever may write the folder can claim to be another. A signature proves it.
    """

    user: str
    account: str

    def plain(self) -> dict[str, str]:
        """As it stands in an entry; the account alone where nobody said more."""
        return {"user": self.user} if self.user == self.account else {"user": self.user, "account": self.account}


def actor() -> Actor:
    """Who runs this process: PHARMAKON_USER, or the account."""
    account = f"{_login()}@{platform.node() or 'unknown host'}"
    return Actor(os.environ.get(USER, "").strip() or account, account)


def _login() -> str:
    with contextlib.suppress(KeyError, OSError, ImportError):
        import pwd

        return pwd.getpwuid(os.geteuid()).pw_name  # the account itself; LOGNAME and USER can be set by anybody
    with contextlib.suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return str(os.geteuid()) if hasattr(os, "geteuid") else "unknown user"
