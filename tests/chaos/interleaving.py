"""Two acts in every order of their moments: before the lock, after it, before the commit.

The moments are found from outside, by the database connection: nothing in the product knows of
them. One thread moves at a time, to its next moment; one that waits for the other's lock is let
wait, and goes on by itself when it gets it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlalchemy import Engine, event

BLOCKED_SECONDS = 0.2  # no next moment for so long: it waits for the other's lock
PATIENCE_SECONDS = 30
MOMENTS = 3  # of an act: before its lock, after it, before its commit

Act = Callable[[], Any]


@dataclass
class _Player:
    """One act in a thread of its own, which stops at each moment until it is told to go on."""

    act: Act
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    moved: threading.Event = field(default_factory=threading.Event)
    is_over: bool = False
    outcome: Any = None
    moments: list[str] = field(default_factory=list)

    def run(self) -> None:
        _now.player = self
        self.go.acquire()
        try:
            self.outcome = self.act()
        except Exception as error:
            self.outcome = error
        self.is_over = True
        self.moved.set()

    def reach(self, moment: str) -> None:
        """Stop here until told to go on; past its moments an act runs through."""
        if moment in self.moments or len(self.moments) == MOMENTS:
            return
        self.moments.append(moment)
        self.moved.set()
        self.go.acquire()

    def move(self) -> None:
        """Let it go on to its next moment, to its end, or until it waits for a lock."""
        self.moved.clear()
        self.go.release()
        self.moved.wait(BLOCKED_SECONDS)


_now = threading.local()


def _reach(moment: str) -> None:
    player: _Player | None = getattr(_now, "player", None)
    if player is not None:
        player.reach(moment)


@contextmanager
def staged(engine: Engine) -> Iterator[None]:
    """Make the connections of an engine tell the moments."""
    is_sqlite = engine.dialect.name == "sqlite"

    def is_lock(statement: str) -> bool:
        return statement.startswith("BEGIN IMMEDIATE") if is_sqlite else "FOR " in statement

    def before(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if is_lock(statement):
            _reach("before the lock")

    def after(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if is_lock(statement):
            _reach("after the lock")

    def commit(_connection: Any) -> None:
        _reach("before the commit")

    listeners = [
        ("before_cursor_execute", before),
        ("after_cursor_execute", after),
        ("commit", commit),
    ]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def orders(*, every: bool) -> list[str]:
    """Return in which order the two move, as "ABBA…"; all, or one for each kind of overlap."""
    each = MOMENTS + 1
    if every:
        return [
            "".join("A" if place in chosen else "B" for place in range(2 * each))
            for chosen in combinations(range(2 * each), each)
        ]
    found = ["ABABABAB"]
    for held in range(1, each):
        rest = each - held
        found += ["A" * held + "B" * each + "A" * rest, "B" * held + "A" * each + "B" * rest]
    return found


def interleave(first: Act, second: Act, order: Sequence[str]) -> tuple[Any, Any]:
    """Run two acts in an order of their moments; what each returned or raised."""
    players = {"A": _Player(first), "B": _Player(second)}
    threads = [threading.Thread(target=each.run, daemon=True) for each in players.values()]
    for thread in threads:
        thread.start()
    for name in order:
        if not players[name].is_over:
            players[name].move()
    for player in players.values():
        for _ in range(MOMENTS + 1):
            player.go.release()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the two wait for each other"
    return players["A"].outcome, players["B"].outcome
