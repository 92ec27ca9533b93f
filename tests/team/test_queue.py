"""Jobs: claimed once, ended once, whatever dies."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest

from pharmakon.core.errors import Denied, TooMany, UnknownName, UsageError
from pharmakon.team.projects import Projects
from pharmakon.team.queue import TRIES, Limits, Queue

ASK = {"smiles": ["CCO"]}


def test_a_job_is_claimed_in_order_worked_on_and_done(database, person):
    jobs, ada = Queue(database), person("analyst")
    first, second = jobs.add(ada, "predict", ASK), jobs.add(ada, "predict", {"smiles": ["CCC"]})
    held = jobs.claim("w1")
    assert held.id == first.id and held.lease and held.attempts == 1 and not held.resume
    assert jobs.get(ada, first.id).lease == ""  # only the worker knows it
    assert jobs.beat(held, done=3, total=10, note="three").cancel is False
    seen = jobs.get(ada, first.id)
    assert (seen.state, seen.done, seen.total, seen.note) == ("running", 3, 10, "three")
    assert jobs.end(held, "done", result={"files": []})
    assert jobs.get(ada, first.id).state == "done"
    assert jobs.claim("w1").id == second.id
    assert jobs.claim("w2") is None


def test_two_hundred_jobs_and_eight_workers_no_job_twice(database, person):
    jobs, ada = Queue(database, Limits(running=1000, waiting=1000)), person("analyst")
    wanted = {jobs.add(ada, "predict", {"n": n}).id for n in range(60)}
    got: list[str] = []

    def work() -> None:
        while job := jobs.claim("w"):
            got.append(job.id)
            jobs.end(job, "done")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(wanted)


def test_a_lost_worker_s_job_goes_to_the_next_and_the_lost_one_cannot_end_it(database, person):
    jobs, ada = Queue(database), person("analyst")
    jobs.add(ada, "predict", ASK)
    lost = jobs.claim("w1", lease=0.05)
    time.sleep(0.1)
    found = jobs.claim("w2")
    assert found.id == lost.id and found.attempts == 2 and found.resume
    assert jobs.beat(lost, done=1, total=1, note="") is None
    assert not jobs.end(lost, "done", result={"who": "lost"})
    assert jobs.end(found, "done", result={"who": "found"})
    assert not jobs.end(found, "failed")
    assert jobs.get(ada, found.id).result == {"who": "found"}


def test_a_job_that_kills_its_workers_is_given_up(database, person):
    jobs, ada = Queue(database), person("analyst")
    job = jobs.add(ada, "predict", ASK)
    for _ in range(TRIES):
        assert jobs.claim("w", lease=0.0)
        time.sleep(0.01)
    assert jobs.claim("w") is None
    assert jobs.get(ada, job.id).state == "failed" and "lost" in jobs.get(ada, job.id).error


def test_who_has_enough_running_waits_and_others_do_not(database, person):
    jobs, ada, bob = Queue(database, Limits(running=1, waiting=2)), person("analyst"), person("analyst", name="Bob")
    jobs.add(ada, "predict", ASK)
    jobs.add(ada, "predict", ASK)
    with pytest.raises(TooMany, match="waiting"):
        jobs.add(ada, "predict", ASK)
    theirs = jobs.add(bob, "predict", ASK)
    first = jobs.claim("w1")
    assert first.user == ada.user
    assert jobs.claim("w2").id == theirs.id
    assert jobs.claim("w3") is None
    jobs.end(first, "done")
    assert jobs.claim("w3").user == ada.user


def test_limits_hold_when_all_ask_at_once(database, person):
    """Counting and taking are one step: nobody slips in between."""
    for name in "ABC":
        jobs, ada = Queue(database, Limits(running=2, waiting=3)), person("analyst", name=name)
        added: list[str] = []
        claimed: list[str] = []

        def add(jobs=jobs, ada=ada, added=added) -> None:
            with suppress(TooMany):
                added.append(jobs.add(ada, "predict", ASK).id)

        def claim(jobs=jobs, claimed=claimed) -> None:
            if job := jobs.claim("w"):
                claimed.append(job.id)

        for work in (add, claim):
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert (len(added), len(claimed)) == (3, 2)


def test_the_same_key_is_the_same_job(database, person):
    jobs, ada = Queue(database), person("analyst")
    first = jobs.add(ada, "predict", ASK, key="k")
    assert jobs.add(ada, "predict", ASK, key="k").id == first.id
    with pytest.raises(UsageError, match="another request"):
        jobs.add(ada, "predict", {"smiles": ["C"]}, key="k")
    assert jobs.add(person("analyst", name="Bob"), "predict", ASK, key="k").id != first.id


def test_the_same_key_from_ten_threads_is_one_job(database, person):
    jobs, ada = Queue(database), person("analyst")
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(jobs.add(ada, "predict", ASK, key="k").id)) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 10 and len(set(got)) == 1


def test_cancel_pause_and_go_on(database, person):
    jobs, ada = Queue(database), person("analyst")
    waits = jobs.add(ada, "predict", ASK)
    assert jobs.stop(ada, waits.id).state == "cancelled"
    runs = jobs.add(ada, "design", {})
    held = jobs.claim("w")
    jobs.stop(ada, runs.id, pause=True)
    assert jobs.beat(held, done=1, total=9, note="").pause
    jobs.end(held, "paused", result={"partial": True})
    assert jobs.get(ada, runs.id).result["partial"]
    again = jobs.resume(ada, runs.id)
    assert again.state == "queued" and again.resume and not again.pause
    assert jobs.claim("w").id == runs.id
    with pytest.raises(UsageError, match="only a job"):
        jobs.resume(ada, runs.id)


def test_a_cancelled_job_whose_worker_was_lost_does_not_start_again(database, person):
    jobs, ada = Queue(database), person("analyst")
    job = jobs.add(ada, "predict", ASK)
    jobs.claim("w", lease=0.0)
    jobs.stop(ada, job.id)
    time.sleep(0.01)
    assert jobs.claim("w") is None
    assert jobs.get(ada, job.id).state == "cancelled"


def test_another_project_s_jobs_and_patients_jobs_are_not_seen(database, person):
    jobs, ada, carl = Queue(database), person("analyst"), person("curator", name="Carl")
    with pytest.raises(Denied):
        jobs.add(ada, "discover", {}, patient=True)
    secret = jobs.add(carl, "discover", {}, patient=True)
    with pytest.raises(Denied):
        jobs.get(ada, secret.id)
    assert jobs.list(ada) == [] and [job.id for job in jobs.list(carl)] == [secret.id]
    other = Projects(database).add("Other").id
    Projects(database).set_roles(other, ada.user, ["analyst"])
    elsewhere = type(ada)(ada.user, ada.name, ada.email, other, frozenset({"analyst", "curator"}))
    with pytest.raises(UnknownName):
        jobs.get(elsewhere, secret.id)
    with pytest.raises(Denied):
        jobs.add(person("reader", name="Rita"), "predict", ASK)


def test_given_back_it_waits_again_and_no_attempt_counts(database, person):
    jobs, ada = Queue(database), person("analyst")
    job = jobs.add(ada, "predict", ASK)
    jobs.give_back(jobs.claim("w"))
    assert (jobs.get(ada, job.id).state, jobs.get(ada, job.id).attempts) == ("queued", 0)
    assert jobs.counts() == {"queued": 1}
