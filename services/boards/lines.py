"""The lines of a board: how each agency stands, who holds it since when, what it has signed."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from services import disclosures
from services.actors import Actor
from services.boards.finding import Asked, roots
from services.boards.history import History, read_history
from services.cases.environment import CaseWorld
from services.db.models import Decision, Party, Person, Task, TaskStatus
from services.workbench.lights import WORDS, Lights, held_days
from workflows import feel

HASH, OPINION = "draft_hash", "opinion"  # what a form that gives an opinion on a text asks
REASONS = ("reason", "refused_reason")


@dataclass(frozen=True)
class Reader:
    """The case's tasks and decisions, read once."""

    world: CaseWorld
    actor: Actor
    lights: Lights
    tasks: list[tuple[Task, Party | None, Person | None]]
    decisions: list[tuple[Decision, Task, Person]]
    history: History

    @classmethod
    def of(cls, world: CaseWorld, actor: Actor) -> "Reader":
        session, case_id = world.session, world.case.id
        tasks = session.execute(
            select(Task, Party, Person)
            .outerjoin(Party, Party.id == Task.party_id)
            .outerjoin(Person, Person.id == Task.claimed_by)
            .where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
        )
        decisions = session.execute(
            select(Decision, Task, Person)
            .join(Task, Task.id == Decision.task_id)
            .join(Person, Person.id == Decision.person_id)
            .where(Decision.case_id == case_id, Decision.withdrawn_at.is_(None))
            .order_by(Decision.made_at, Decision.id)
        )
        lights = Lights(session, world.runtime.settings.yellow_working_days)
        return cls(
            world,
            actor,
            lights,
            [(task, party, person) for task, party, person in tasks],
            [(decision, task, person) for decision, task, person in decisions],
            read_history(session, world.case),
        )

    def board(self, asked: Asked, layers: list[Mapping[str, Any]]) -> dict[str, Any] | None:
        """Return one board; None where what it is about cannot be told."""
        scope = self._scope(layers)
        text_hash = self._value(asked.tally.inputs.get("hash"), scope)
        codes = self._value(asked.tally.inputs.get("parties"), scope)
        if not isinstance(text_hash, str) or not isinstance(codes, list):
            return None
        offices = self._offices(asked, scope, codes)
        lines = [self._line(asked, office, scope, text_hash) for office in offices]
        agreed = sum(line["state"] == "agree" for line in lines)
        return {
            "node_id": asked.task.id,
            "name": asked.task.name,
            "subject": self._subject(layers),
            "hash": text_hash,
            "hash_field": HASH,
            "agencies": lines,
            "agreed": agreed,
            "total": len(lines),
            "is_complete": bool(lines) and agreed == len(lines),
        }

    def _scope(self, layers: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        items = [
            {name: layer["item"]}
            for layer in reversed(layers)
            if "item" in layer
            for name in self._item_names()
        ]
        return ChainMap(self.world.facts, *items, *map(dict, reversed(layers)))

    def _item_names(self) -> set[str]:
        """Return the names that loops around a called process give their items."""
        nodes = self.world.ready.opened.program.nodes.values()
        loops = (n.loop for p in nodes for n in p.values() if n.kind == "callActivity" and n.loop)
        return {loop.item for loop in loops}

    def _value(self, text: str | None, scope: Mapping[str, Any]) -> Any:
        if text is None or not text.startswith("="):
            return text
        try:
            return feel.to_json(feel.evaluate(text[1:], scope, self.world.context))
        except feel.FeelError:
            return None

    def _subject(self, layers: list[Mapping[str, Any]]) -> str | None:
        """Return the number or name of the item that the text is about, where it is one of many."""
        items = (layer["item"] for layer in reversed(layers) if isinstance(layer.get("item"), dict))
        item: Mapping[str, Any] = next(items, {})
        return next((str(item[k]) for k in ("number", "title", "name") if item.get(k)), None)

    def _offices(
        self, asked: Asked, scope: Mapping[str, Any], codes: list[Any]
    ) -> list[dict[str, Any]]:
        """Return the items the loop runs over, found in what its collection reads."""
        assert asked.task.loop is not None
        known: dict[Any, dict[str, Any]] = {}
        for path in feel.parse(asked.task.loop.collection[1:]).names():
            for item in _items(_at(scope, path)):
                known.setdefault(item["code"], item)
        return [known.get(code, {"code": code}) for code in codes]

    def _line(
        self, asked: Asked, office: dict[str, Any], scope: Mapping[str, Any], text_hash: str
    ) -> dict[str, Any]:
        loop = asked.task.loop
        assert loop is not None
        key = self._value(loop.key, ChainMap({loop.item: office}, scope))  # type: ignore[arg-type]
        given = [
            self._signature(asked, *row, text_hash)
            for row in self.decisions
            if row[0].node_id == asked.task.id and row[1].item_key == str(key)
        ]
        valid = next((each for each in reversed(given) if each["is_valid"]), None)
        return {
            "code": str(office["code"]),
            "name": office.get("name") or str(office["code"]),
            "state": self._state(asked, str(key), valid),
            **self._holding(asked, str(key)),
            "signatures": given,
        }

    def _state(self, asked: Asked, key: str, valid: dict[str, Any] | None) -> str:
        """Tell how an agency stands: agree, disagree, signed, open or pending."""
        if valid is not None:
            return valid["opinion"] or "signed"
        return "open" if self._open(asked, key) else "pending"

    def _open(self, asked: Asked, key: str) -> tuple[Task, Party | None, Person | None] | None:
        rows = (r for r in self.tasks if r[0].node_id == asked.task.id and r[0].item_key == key)
        return next(rows, None)

    def _holding(self, asked: Asked, key: str) -> dict[str, Any]:
        row = self._open(asked, key)
        if row is None:
            return dict.fromkeys(
                ("task", "party", "holder", "held_since", "held_working_days"), None
            )
        task, party, person = row
        now, calendar = self.world.now, self.lights.calendar(task.party_id)
        light = self.lights.of(task.party_id, task.due_at, now)
        return {
            "task": task.id,
            "party": party.name if party else None,
            "holder": person.name if person else None,
            "held_since": task.opened_at,
            "held_working_days": held_days(calendar, task.opened_at, now),
            "remaining_working_days": self.lights.remaining(task.party_id, task.due_at, now),
            "light": light,
            "light_text": WORDS[light],
        }

    def _signature(
        self, asked: Asked, decision: Decision, task: Task, person: Person, text_hash: str
    ) -> dict[str, Any]:
        may_read = disclosures.may_read(
            self.world.session, self.actor, self.world.case, decision, task.form_id
        )
        answers = decision.answers if may_read else {}
        is_valid = decision.answers.get(HASH) == text_hash
        return {
            "decision": decision.id,
            "person": person.name,
            "made_at": decision.made_at,
            "opinion": answers.get(OPINION),
            "reason": next((answers[k] for k in REASONS if answers.get(k)), None),
            "hash": decision.answers.get(HASH),
            "is_valid": is_valid,
            "voided_at": None if is_valid else self._voided_at(asked, decision),
            "voided_because": None if is_valid else "所签文本已经改变，须对现行文本重新确认",
        }

    def _voided_at(self, asked: Asked, decision: Decision) -> datetime | None:
        """Return when the text was fixed anew after a signature."""
        names = roots(asked.tally.inputs.get("hash", ""))
        nodes = self.world.ready.opened.program.nodes.values()
        writers = [n.id for process in nodes for n in process.values() if n.data_key in names]
        signed = self.history.completed.get(str(decision.task_id), 0)
        entered = (each for node in writers for each in self.history.entered.get(node, []))
        later = sorted((seq, at) for seq, at in entered if seq > signed)
        return later[0][1] if later else None


def _at(scope: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    here: Any = scope
    for name in path:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def _items(value: Any) -> list[dict[str, Any]]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, dict) and "code" in row]
