"""Jobs for the tests of several pages: ended, with files that a worker could have written."""

from __future__ import annotations

from collections.abc import Mapping


def done(server, who, verb: str, files: Mapping[str, str], *, patient: bool = False, title: str = "") -> str:
    """The id of a job that is done, and whose output are these files, as text by name."""
    id = server.held.jobs.add(who.caller, verb, {}, patient=patient, title=title).id
    job = server.held.jobs.claim("w")
    for name, content in files.items():
        path = server.held.job_root / id / "1" / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    server.held.jobs.end(job, "done", result={"files": [{"name": name, "size": 1} for name in files], "attempt": 1})
    return id
