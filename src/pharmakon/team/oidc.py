"""Logging in at an OpenID provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

The browser that is sent away keeps one secret in a cookie. State, nonce and verifier are made of it, so that an answer
that another browser was sent for is refused, and the server keeps nothing of who is away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote_plus, urlencode, urlsplit

from pharmakon.core.errors import Denied, Unavailable, UsageError
from pharmakon.core.log import logger

from .accounts import Accounts, User
from .projects import Projects

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are believed. None of them takes a secret that somebody else may know, and `none` is not one."""
PATIENCE, KEPT, FRESH, LEEWAY = 10.0, 3600.0, 10.0, 60
"""Seconds to wait for the provider; for which what it says of itself is kept, or, when its keys do not open a token, is
fresh; by which two clocks may differ."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for. `proved`: when the password was given there, seconds since 1970; 0 if not said."""

    subject: str
    email: str
    name: str
    groups: frozenset[str]
    proved: float


class Provider:
    """An OpenID provider, by the address that it issues tokens as. `secret` may be empty: PKCE protects the code."""

    def __init__(self, issuer: str, client: str, secret: str = "", *, claim: str = "groups") -> None:
        self.issuer, self._client, self._secret, self._claim = issuer, client, secret, claim
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    def sends(self, away: str, back: str, *, again: bool = False) -> str:
        """Where a browser with the secret `away` is sent, to come back to the address `back`.

        With `again` the provider is to ask for the password even of somebody who is logged in there.
        """
        verifier = hashlib.sha256(derived(away, "verifier").encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": derived(away, "state"),
            "nonce": derived(away, "nonce"),
            "code_challenge": _text(verifier),
            "code_challenge_method": "S256",
        }
        if again:
            asked |= {"prompt": "login", "max_age": "0"}
        address = self._endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def returned(self, away: str, back: str, *, state: str, code: str) -> Vouched:
        """Whom the provider vouches for, by the code that a browser came back with.

        Raises Denied for a state, a code or an ID token that is not the answer to what was asked; Unavailable.
        """
        if not hmac.compare_digest(state.encode(), derived(away, "state").encode()):
            raise Denied("the answer of the provider belongs to another browser, or to an earlier try: log in again")
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client,
            "code_verifier": derived(away, "verifier"),
        }
        login = None
        if self._secret:
            ways = self._description().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in ways:
                login = (quote_plus(self._client), quote_plus(self._secret))  # RFC 6749, 2.3.1
            else:
                asked["client_secret"] = self._secret
        answer = self._ask("POST", self._endpoint("token_endpoint"), data=asked, auth=login)
        claims = self._checked(str(answer.get("id_token", "")), nonce=derived(away, "nonce"))
        return self._vouched(claims)

    def _checked(self, token: str, *, nonce: str) -> dict[str, Any]:
        """The claims of an ID token, when its signature, issuer, audience, times and nonce are right."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        broken = (JoseError, ValueError, KeyError, TypeError)

        def opened(*, fresh: bool) -> jwt.Token:
            keys = KeySet.import_key_set(cast("Any", self._keys(fresh=fresh)))
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))

        try:
            try:
                decoded = opened(fresh=False)
            except broken:  # it may have changed its keys
                decoded = opened(fresh=True)
            rules.validate(decoded.claims)
        except broken as error:
            raise Denied(f"the provider's ID token is not to be believed: {error}") from None
        claims: dict[str, Any] = dict(decoded.claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._client:
            raise Denied("the provider's ID token was made for another client")
        return claims

    def _vouched(self, claims: dict[str, Any]) -> Vouched:
        email = str(claims.get("email") or "")
        if not email or claims.get("email_verified") is False:
            raise Denied("the provider does not say your e-mail address, or has not verified it")
        groups = claims.get(self._claim, ())
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else ()
        proved = claims.get("auth_time")
        return Vouched(
            f"{self.issuer} {claims['sub']}",
            email,
            str(claims.get("name") or claims.get("preferred_username") or email),
            frozenset(str(group) for group in groups),
            float(proved) if isinstance(proved, (int, float)) else 0.0,
        )

    def _endpoint(self, name: str) -> str:
        address = self._description().get(name)
        if not isinstance(address, str) or not _is_safe(address):
            raise Unavailable(f"the OpenID provider has no {name} that can be used")
        return address

    def _description(self) -> dict[str, Any]:
        if not _is_safe(self.issuer):
            raise UsageError(f"{self.issuer} is no OpenID provider: its address begins with https://")
        found = self._kept(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise Unavailable(f"the OpenID provider says that it is {found.get('issuer')!r}, and not {self.issuer}")
        return found

    def _keys(self, *, fresh: bool) -> dict[str, Any]:
        return self._kept(self._endpoint("jwks_uri"), fresh=fresh)

    def _kept(self, address: str, *, fresh: bool = False) -> dict[str, Any]:
        with self._lock:
            at, found = self._known.get(address, (0.0, {}))
            if not found or time.monotonic() - at > (FRESH if fresh else KEPT):
                found = self._ask("GET", address)
                self._known[address] = (time.monotonic(), found)
            return found

    def _ask(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        import httpx

        try:
            answer = httpx.request(method, address, timeout=PATIENCE, follow_redirects=False, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"the OpenID provider does not answer: {type(error).__name__}") from None
        try:
            said = answer.json()
        except ValueError:
            said = None
        if method == "POST" and 400 <= answer.status_code < 500:
            why = said.get("error", "") if isinstance(said, dict) else ""
            raise Denied(f"the provider refused the code: {why or answer.status_code}")
        if answer.status_code != 200 or not isinstance(said, dict):
            raise Unavailable(f"the OpenID provider answered {answer.status_code} at {urlsplit(address).path}")
        return said


def admit(accounts: Accounts, projects: Projects, who: Vouched, *, grants: Iterable[str] = ()) -> User:
    """The account of somebody a provider vouches for, made at the first login, and the roles that its groups give.

    `grants` are texts GROUP=PROJECT:ROLE; in the projects that they name, nothing but they give a role. Raises Denied
    where the account was shut, or the address belongs to an account with a password.
    """
    user = accounts.by_subject(who.subject)
    if user is None:
        if accounts.by_email(who.email) is not None:
            raise Denied(f"there is an account of {who.email} already, which the provider does not open")
        user = accounts.add(who.email, who.name, None, subject=who.subject)
    if user.disabled:
        raise Denied("this account was shut")
    wanted: dict[str, set[str]] = {}
    for text in grants:
        group, _, what = text.partition("=")
        name, _, role = what.rpartition(":")
        wanted.setdefault(name, set()).update([role] if group in who.groups else [])
    there = {project.name: project.id for project in projects.all()} if wanted else {}
    held = {project.name: project.roles for project in projects.of(user.id)} if wanted else {}
    for name, roles in wanted.items():
        if name not in there:
            logger.warning("there is no project %r, which the groups of the OpenID provider give roles in", name)
        elif roles != held.get(name, frozenset()):
            try:
                projects.set_roles(there[name], user.id, roles)
            except UsageError:  # the last administrator stays one
                projects.set_roles(there[name], user.id, roles | {"admin"})
    return user


def derived(away: str, what: str) -> str:
    """State, nonce or verifier of a browser's secret: none of them tells another."""
    return _text(hmac.new(away.encode(), what.encode(), hashlib.sha256).digest())


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is said: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
