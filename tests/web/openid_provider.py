"""A small OpenID provider, run as a process, that lets everybody in and can be told to misbehave.

It checks what a provider has to: the redirect address, the client's secret, the PKCE verifier, and that a code is used
once. `POST /fault/NAME` makes the next ID token wrong in one way; `POST /person` says who is logged in there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "workbench", "a secret & its signs"
PERSON = {"sub": "1", "email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace", "groups": ["chem"]}


class Provider(BaseHTTPRequestHandler):
    """One request."""

    key = RSAKey.generate_key(2048, {"kid": "first"}, auto_kid=False)
    published = key
    codes: ClassVar[dict] = {}
    fault = ""
    person: ClassVar[dict] = dict(PERSON)

    def do_GET(self):
        here = f"http://{self.headers['host']}"
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": here if Provider.fault != "other issuer" else "https://evil.example",
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "jwks_uri": f"{here}/jwks",
                }
            )
        elif parts.path == "/jwks":
            self.say({"keys": [Provider.published.as_dict(private=False)]})
        elif parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            right = asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
            if not right or "openid" not in asked["scope"] or asked["response_type"] != "code":
                self.say({"error": "invalid_request"}, 400)
                return
            code = secrets.token_urlsafe(16)
            Provider.codes[code] = asked
            answer = urlencode({"code": code, "state": asked["state"], "iss": here})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{answer}")
            self.end_headers()
        else:
            self.say({}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        if self.path.startswith("/fault/"):
            Provider.fault = self.path.removeprefix("/fault/").replace("%20", " ")
            Provider.person, Provider.published = dict(PERSON), Provider.key
            self.say({})
        elif self.path == "/person":
            Provider.person = json.loads(body)
            self.say({})
        elif self.path == "/keys":
            Provider.key = Provider.published = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}, auto_kid=False)
            self.say({})
        elif self.path == "/token":
            self.token({name: values[0] for name, values in parse_qs(body).items()})

    def token(self, given):
        asked = Provider.codes.pop(given.get("code", ""), None)
        login = base64.b64encode(f"{CLIENT}:a+secret+%26+its+signs".encode()).decode()
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.headers.get("authorization") != f"Basic {login}":
            self.say({"error": "invalid_client"}, 401)
        elif asked is None or (given["redirect_uri"], challenge) != (asked["redirect_uri"], asked["code_challenge"]):
            self.say({"error": "invalid_grant"}, 400)
        else:
            self.say({"access_token": "x", "token_type": "Bearer", "id_token": self.signed(asked)})

    def signed(self, asked):
        now, fault = int(time.time()), Provider.fault
        claims = {"iss": f"http://{self.headers['host']}", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], **Provider.person}
        if "max_age" in asked:
            claims["auth_time"] = now
        wrong = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "somebody-else"},
            "many audiences": {"aud": [CLIENT, "other"]},
            "azp": {"azp": "other"},
            "expired": {"exp": now - 120, "iat": now - 400},
            "issuer": {"iss": "https://evil.example"},
            "unverified": {"email_verified": False},
            "no email": {"email": None},
            "no subject": {"sub": None},
            "stale": {"auth_time": now - 4000},
        }
        claims |= wrong.get(fault, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        if fault == "no expiry":
            del claims["exp"]
        if fault == "no nonce":
            del claims["nonce"]
        if fault == "none":
            return f"{_text({'alg': 'none'})}.{_text(claims)}."
        if fault == "symmetric":  # signed with what everybody knows: the public key
            text = f"{_text({'alg': 'HS256', 'kid': Provider.key.kid})}.{_text(claims)}"
            digest = hmac.new(Provider.key.as_pem(private=False), text.encode(), hashlib.sha256).digest()
            return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        if fault == "signature":
            other = RSAKey.generate_key(2048, {"kid": Provider.key.kid}, auto_kid=False)
            return jwt.encode({"alg": "RS256", "kid": Provider.key.kid}, claims, other)
        text = jwt.encode({"alg": "RS256", "kid": Provider.key.kid}, claims, Provider.key)
        if fault == "altered":
            head, body, sign = text.split(".")
            held = json.loads(base64.urlsafe_b64decode(body + "=="))
            body = _text(held | {"email": "boss@example.org"})
            return f"{head}.{body}.{sign}"
        return text if fault != "garbage" else "garbage"

    def say(self, what, status=200):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


def _text(what):
    return base64.urlsafe_b64encode(json.dumps(what).encode()).rstrip(b"=").decode()


if __name__ == "__main__":
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    sys.stdout.write(f"{serving.server_port}\n")
    sys.stdout.flush()
    serving.serve_forever()
