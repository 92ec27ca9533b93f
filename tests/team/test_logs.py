"""Nothing secret stands in a log, whoever wrote the line."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from pharmakon.team.logs import Lines, redacted, request_id

SECRETS = (
    ("a request came with phk_Zx81-abc_DEF", "phk_Zx81"),
    ("Authorization: Bearer eyJhbGciOi.abc-def", "eyJhbGciOi"),
    ("headers {'cookie': 'pharmakon=0123456789abcdefghij; x=1', 'a': 1}", "0123456789abcdefghij"),
    ("set-cookie: __Host-pharmakon=0123456789abcdefghij; Secure", "0123456789abcdefghij"),
    ("login of ada@example.org with password=correct-horse failed", "correct-horse"),
    ('{"password": "correct horse battery"}', "correct horse"),
    ("PHARMAKON_OIDC_SECRET=s3cr3t", "s3cr3t"),
    ("csrf=9f86d081884c7d65", "9f86d0"),
    ("connecting to postgresql+psycopg://me:hunter2@db/pharmakon", "hunter2"),
    ("GET /molecule?smiles=CC(=O)Oc1ccccc1C(=O)O&profile=fast", "CC(=O)O"),
    ("scorer 'docking' failed on 'CC(=O)Oc1ccccc1C(=O)O': no pose", "c1ccccc1"),
    ("SMILES Parse Error: extra open parentheses for input: 'CC(C'", "CC(C"),
    ("cannot read C[C@H](N)C(=O)O in row 3", "[C@H]"),
    ("smiles: ['CCO', 'CCN']", "CCN"),
    ("CCCCO dissolved", "CCCCO"),
    ("[Na+].[Cl-].CC=O", "CC=O"),
)
PLAIN = (
    "job 9f86d081884c7d65: the lease was lost, another worker has it",
    "a worker ended with -9; another is started",
    "no such table: jobs (sqlite3.OperationalError) at /srv/pharmakon/jobs/1/output",
    'File "/usr/lib/python3/site-packages/x.py", line 12, in run',
    "POST /api/v1/jobs 201",
    "the database does not answer: connection refused (10.0.0.1:5432)",
    "INFO: 3 of 10 in 0.25 s, since 2026-11-26",
)


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_it_is_taken_out(line, secret):
    assert secret in line and secret not in redacted(line)


@pytest.mark.parametrize("line", PLAIN)
def test_what_is_no_secret_stays(line):
    assert redacted(line) == line


def record(message, *args, **extra):
    made = logging.LogRecord("pharmakon", logging.WARNING, "x.py", 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_a_line_of_json_has_the_request_and_facts_and_no_secret():
    token = request_id.set("r1")
    try:
        int("bad CC(=O)Oc1ccccc1 for phk_abcdef")
    except ValueError:
        one = record("job %s failed on %s", "j1", "CC(=O)Oc1ccccc1", job="j1")
        one.exc_info = sys.exc_info()
        line = Lines("json").format(one)
    finally:
        request_id.reset(token)
    said = json.loads(line)
    assert "\n" not in line
    assert (said["level"], said["request"], said["job"]) == ("warning", "r1", "j1")
    assert said["message"] == "job j1 failed on [structure]"
    assert "ValueError" in said["exception"] and "phk_abcdef" not in line and "c1ccccc1" not in line


def test_a_line_of_text_has_them_too():
    line = Lines("text").format(record("token %s", "phk_abcdef"))
    assert line.endswith("WARNING token [token]")
