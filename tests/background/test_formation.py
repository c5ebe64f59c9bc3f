"""Real workers on PostgreSQL and Redis, stopped and killed: every job runs, none is lost."""

import os
import signal
import time
from uuid import UUID

import pytest

from services.background.doorbell import Doorbell
from services.gateways.liancheng_api import ApiClient
from services.loading import DEMO_PASSWORD
from tests.background.conftest import wait_for

pytestmark = pytest.mark.xdist_group("background")


def test_the_doorbell_calls_and_the_sweeper_stands_in_while_redis_is_away(formation):
    formation.product.settings["LIANCHENG_SWEEP_MILLISECONDS"] = "2500"
    formation.start_worker(0)
    bell = Doorbell(formation.redis.url)

    called = []
    for _ in range(3):
        called += formation.put()
        bell.ring()
        formation.wait_until_done(called)
    flushed = formation.put()
    formation.redis.client().flushall()
    formation.wait_until_done(flushed)
    formation.redis.kill()
    time.sleep(1)  # what was called before looks for the last time
    bell.ring()
    alone = formation.wait_until_done(formation.put(3))
    formation.redis.start()

    sweepers = formation.sweepers()
    assert any(job.claimed_by not in sweepers for job in formation.jobs(called))
    assert {job.claimed_by for job in alone} <= sweepers
    assert len(formation.mail.taken.all) == len(formation.mail.taken.keys) == 7


def test_a_worker_whose_acknowledgements_were_lost_consumes_again(formation):
    formation.product.settings["LIANCHENG_SWEEP_MILLISECONDS"] = "60000"
    formation.start_worker(0)
    formation.mail.gate.clear()
    at_hand = formation.put(2)
    bell = Doorbell(formation.redis.url)
    bell.ring()
    wait_for(lambda: len(formation.mail.begun) == 2, "both of Celery's processes are busy")

    formation.redis.kill()
    formation.mail.gate.set()
    formation.wait_until_done(at_hand)
    time.sleep(0.5)
    formation.redis.start()
    later = formation.put()

    def is_done():
        bell.ring()
        return all(job.done_at for job in formation.jobs(later))

    wait_for(is_done, "Celery consumes again", seconds=20)


def test_a_request_is_not_slowed_down_while_redis_is_away(formation):
    product = formation.product
    product.workers, product.processes = 1, 2
    formation.redis.kill()
    try:
        product.start()
        client = ApiClient(product.url, "lead-op", DEMO_PASSWORD)
        unit = client.who["memberships"][0]["party"]

        times = []
        for n in range(10):
            began = time.monotonic()
            client.post("/phrases", {"text": f"常用语 {n}"})
            times.append(time.monotonic() - began)
        stopped = product.stop_worker(0)
    finally:
        formation.redis.start()

    assert UUID(unit)
    assert max(times) < 1.0
    assert stopped == 0


@pytest.mark.parametrize("by", ["doorbell", "sweeper"])
def test_a_worker_told_to_stop_finishes_its_job_and_takes_no_other(formation, by):
    product, mail = formation.product, formation.mail
    product.concurrency = 1
    product.settings |= {"LIANCHENG_JOB_SECONDS": "15", "LIANCHENG_LEASE_SECONDS": "40"}
    if by == "sweeper":
        product.redis_url = None
    formation.start_worker(0)
    mail.gate.clear()
    if by == "doorbell":
        product.settings["LIANCHENG_SWEEP_MILLISECONDS"] = "60000"
    ids = formation.put(6)
    Doorbell(formation.redis.url).ring()
    wait_for(lambda: mail.begun, "a job is at hand")

    process = product.worker_processes[0]
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    mail.gate.set()
    status = process.wait(20)

    done = [job for job in formation.jobs(ids) if job.done_at]
    assert status == 0
    assert len(done) == len(mail.begun) == len(mail.taken.all)
    assert 1 <= len(done) <= 2  # Celery's and the sweeper's, where both are at one
    assert all(job.lease_until is None for job in formation.jobs(ids))


def test_a_job_whose_worker_was_killed_runs_again_after_its_lease(formation):
    product, mail = formation.product, formation.mail
    formation.start_worker(0)
    mail.gate.clear()
    ids = formation.put()
    wait_for(lambda: mail.begun, "the job is at hand")

    product.kill_worker(0)
    mail.gate.set()
    assert formation.jobs(ids)[0].done_at is None
    product.start_worker(1)
    [job] = formation.wait_until_done(ids)

    assert job.attempts == 2
    assert mail.begun[0] == mail.begun[1]


def test_a_job_that_hangs_is_ended_at_the_hard_limit_and_runs_again(formation):
    product, mail = formation.product, formation.mail
    formation.start_worker(0)
    parent = product.worker_processes[0].pid
    mail.gate.clear()
    ids = formation.put(3)
    Doorbell(formation.redis.url).ring()
    wait_for(lambda: len(mail.begun) == 3, "sweeper and Celery both have a job at hand")

    time.sleep(3)
    mail.gate.set()
    jobs = formation.wait_until_done(ids)

    assert all(job.attempts == 2 for job in jobs)
    assert product.worker_processes[0].pid == parent
    assert product.worker_processes[0].poll() is None


def test_what_dies_of_a_worker_is_started_again_and_dies_with_its_parent(formation):
    product = formation.product
    formation.start_worker(0)
    parent, *children = product.worker_pids(0)
    for child in children:
        os.kill(child, signal.SIGKILL)

    wait_for(lambda: len(product.worker_pids(0)) == 5, "all are back")
    formation.wait_until_done(formation.put(5))
    _parent, *children = product.worker_pids(0)
    os.kill(parent, signal.SIGKILL)
    product.worker_processes.pop(0).wait()

    wait_for(lambda: not any(_is_alive(pid) for pid in children), "the children have gone too")


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_several_workers_without_redis_send_each_mail_once(formation):
    formation.product.redis_url = None
    ids = formation.put(40)
    for number in range(2):
        formation.product.start_worker(number)

    jobs = formation.wait_until_done(ids)

    assert len(formation.mail.taken.all) == len(formation.mail.taken.keys) == 40
    assert len({job.claimed_by for job in jobs}) > 1
