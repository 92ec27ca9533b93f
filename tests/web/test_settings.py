"""How a server is set up: where its database is, and what is refused before it starts."""

from __future__ import annotations

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.web.settings import DATABASE, ServeConfig, WorkerConfig

PROVIDER = {"accounts": True, "oidc_issuer": "https://id.example", "oidc_client": "workbench"}


def test_the_database_is_the_one_named_else_the_environment_s_else_a_file_of_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(DATABASE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert WorkerConfig(data="here").url == ServeConfig(data="here").url == f"sqlite:///{tmp_path}/here/server.db"
    monkeypatch.setenv(DATABASE, "postgresql://elsewhere/x")
    assert ServeConfig(data="here").url == "postgresql://elsewhere/x"
    assert ServeConfig(data="here", database="sqlite:///named.db").url == "sqlite:///named.db"


def test_the_database_s_password_does_not_become_part_of_what_is_shown(monkeypatch):
    monkeypatch.setenv(DATABASE, "postgresql://ada:hidden@elsewhere/x")
    config = ServeConfig()
    assert "hidden" in config.url and "hidden" not in repr(config) and "hidden" not in config.model_dump_json()


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"public": "pharmakon.example.org"}, "public"),
        ({"public": "https://pharmakon.example.org/workbench"}, "public"),
        ({"public": "https://ada@pharmakon.example.org"}, "public"),
        ({"public": "javascript:alert(1)"}, "public"),
        (PROVIDER | {"accounts": False}, "accounts"),
        (PROVIDER | {"oidc_client": ""}, "oidc_client"),
        (PROVIDER | {"host": "0.0.0.0"}, "wants public"),  # noqa: S104
        (PROVIDER | {"oidc_roles": ["chem=Kinases"]}, "GROUP=PROJECT:ROLE"),
        (PROVIDER | {"oidc_roles": ["chem=Kinases:analyst", "=Kinases:admin"]}, "GROUP=PROJECT:ROLE"),
        ({"port": 65536}, "port"),
        ({"logins": 0}, "logins"),
    ],
)
def test_what_could_not_work_or_would_be_unsafe_is_refused(asked, word):
    with pytest.raises(ConfigError, match=word):
        build(ServeConfig, asked)


def test_a_provider_is_taken_where_people_can_come_back():
    assert build(ServeConfig, PROVIDER).is_local
    away = PROVIDER | {"host": "0.0.0.0", "public": "https://pharmakon.example.org/"}  # noqa: S104
    config = build(ServeConfig, away | {"oidc_roles": ["chem team=Ion channels:analyst"]})
    assert not config.is_local and config.secure


def test_only_this_machine_s_own_names_are_local_and_only_https_is_secure():
    hosts = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "192.0.2.1", "localhost.evil.example")  # noqa: S104
    assert [ServeConfig(host=host).is_local for host in hosts] == [True] * 3 + [False] * 3
    addresses = ("https://a.example", "http://a.example", "")
    assert [ServeConfig(public=address).secure for address in addresses] == [True, False, False]
