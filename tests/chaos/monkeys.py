"""Who disturbs: kills, crashes, pauses, at random moments of a seeded chance."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.product import Product, children
from bench.servers import Postgres, Redis


SEEN_SECONDS = 10  # until a process notices that its host's clock is right again


@dataclass
class Plan:
    """How often each disturbance comes, at least; ``kills`` are SIGKILLs from outside."""

    kills: int
    crashes: int
    redis_losses: int
    pauses: int
    pause_seconds: float
    every_seconds: tuple[float, float]
    jumps: int = 0  # of the host's clock, which is wrong for a while


@dataclass
class Outage:
    """A time in which something was away: from, to (steady clock)."""

    what: str
    since: float
    until: float


@dataclass
class Monkey:
    """Disturbs a formation according to a plan, until the plan is done or the work is over."""

    product: Product
    postgres: Postgres
    redis: Redis
    plan: Plan
    chance: random.Random
    host_clock: Path  # holds by how many seconds the host's clock is wrong
    is_over: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)
    outages: list[Outage] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        """Do all disturbances in a random order."""
        acts: list[tuple[str, Callable[[], None]]] = []
        for count, name, act in (
            (self.plan.kills, "kill", self._kill),
            (self.plan.crashes, "database crash", self._crash),
            (self.plan.redis_losses, "redis loss", self._lose_redis),
            (self.plan.pauses, "pause", self._pause),
            (self.plan.jumps, "clock jump", self._jump),
        ):
            acts += [(name, act)] * count
        self.chance.shuffle(acts)
        try:
            for name, act in acts:
                if self.is_over.wait(self.chance.uniform(*self.plan.every_seconds)):
                    return
                act()
                self.done[name] += 1
        except BaseException as error:
            self.errors.append(error)
            raise

    def _kill(self) -> None:
        which = self.chance.choice(["server", "one of the server", "worker", "one of a worker"])
        number = self.chance.choice(sorted(self.product.worker_processes))
        if which == "server":
            self.product.kill()
            self._restart_server()
        elif which == "one of the server":
            assert self.product.process is not None
            self._kill_one(children(self.product.process.pid))
        elif which == "worker":
            self.product.kill_worker(number)
            self.product.start_worker(number)
        else:
            self._kill_one(self.product.worker_pids(number)[1:])
        self.done[f"kill of {which}"] += 1

    def _restart_server(self) -> None:
        with suppress(TimeoutError):
            self.product.start_server()

    def _kill_one(self, pids: list[int]) -> None:
        if pids:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(pids), signal.SIGKILL)

    def _crash(self) -> None:
        since = time.monotonic()
        self.postgres.crash()
        time.sleep(self.chance.uniform(0, 1))
        self.postgres.start()
        self.outages.append(Outage("database", since, time.monotonic()))

    def _lose_redis(self) -> None:
        if self.chance.random() < 0.5:
            self.redis.client().flushall()
            return
        since = time.monotonic()
        self.redis.kill()
        time.sleep(self.chance.uniform(0, 1))
        self.redis.start()
        self.outages.append(Outage("redis", since, time.monotonic()))

    def _pause(self) -> None:
        """Stop one process for a while: when it goes on, its lease is over and others have gone on."""
        assert self.product.process is not None
        number = self.chance.choice(sorted(self.product.worker_processes))
        pids = children(self.product.process.pid) + self.product.worker_pids(number)
        pid = self.chance.choice(pids)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(self.plan.pause_seconds)
            os.kill(pid, signal.SIGCONT)

    def _jump(self) -> None:
        """Set the host's clock wrong, by more than is trusted, and right again after a while."""
        wrong = self.chance.choice([-1, 1]) * self.chance.uniform(60, 7_200)
        since = time.monotonic()
        self.host_clock.write_text(str(wrong), encoding="ascii")
        time.sleep(self.plan.pause_seconds)
        self.host_clock.write_text("0", encoding="ascii")
        self.outages.append(Outage("clock", since, time.monotonic() + SEEN_SECONDS))


def deaths(log: Path) -> Counter[str]:
    """Return how often processes died by themselves, by the moment."""
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()
