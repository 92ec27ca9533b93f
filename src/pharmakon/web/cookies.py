"""The cookies of this server: no script reads them, no other host gets them, and where there is https, nothing else."""

from __future__ import annotations

from starlette.responses import Response

from .settings import ServeConfig

SESSION, FORM, AWAY = "pharmakon", "pharmakon-form", "pharmakon-away"
"""Who is logged in; what the form to log in brings back; what somebody sent to an OpenID provider comes back with."""


def cookie_name(settings: ServeConfig, name: str) -> str:
    """A cookie's name. With https it begins with __Host-, and a browser takes it from this host alone (RFC 6265bis)."""
    return f"__Host-{name}" if settings.secure else name


def set_cookie(answer: Response, settings: ServeConfig, name: str, value: str, *, seconds: float | None = None) -> None:
    """Give a cookie; without `seconds` it goes when the browser is closed."""
    answer.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=None if seconds is None else int(seconds),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def take_cookie(answer: Response, settings: ServeConfig, name: str) -> None:
    """Take a cookie back."""
    answer.delete_cookie(cookie_name(settings, name), path="/", secure=settings.secure, httponly=True, samesite="lax")
