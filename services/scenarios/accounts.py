"""The cast of a scenario: which sample account plays which role for which party."""

from dataclasses import dataclass, field
from typing import Any

from services.scenarios.errors import ScenarioError
from workflows.bundles import Library


@dataclass(frozen=True)
class Cast:
    """Sample accounts by login: the party codes and roles each holds."""

    people: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    starters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, library: Library) -> "Cast":
        """Read the sample parties of every jurisdiction."""
        people: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        starters: dict[str, str] = {}
        for jurisdiction in library.jurisdictions.values():
            demo, before = jurisdiction.demo(), set(people)
            for unit in demo.get("units") or []:
                for person in unit.get("people") or []:
                    people[person["login"]] = ((unit["code"],), tuple(person["roles"]))
            for person in demo.get("people") or []:
                codes = person["party"]
                codes = tuple(codes) if isinstance(codes, list) else (codes,)
                people[person["login"]] = (codes, tuple(person["roles"]))
            for expert in demo.get("experts") or []:
                people[expert["login"]] = ((), ("expert",))
            for procedure in jurisdiction.procedures:
                for login, (_codes, roles) in people.items():
                    if login not in before and set(roles) & set(procedure["started_by"]):
                        starters.setdefault(procedure["id"], login)
        return cls(people, starters)

    def starter(self, procedure: str) -> str:
        """Return the first account that may start a procedure."""
        return self.starters[procedure]

    def login_of(self, who: str) -> str:
        """Return a login as it is, or the first account with that role."""
        if who in self.people:
            return who
        found = [login for login, (_c, roles) in self.people.items() if who in roles]
        if not found:
            raise ScenarioError(f"没有人扮演“{who}”")
        return found[0]

    def is_for(self, who: str, task: dict[str, Any]) -> bool:
        """Tell whether an account holds a task's role in the task's party."""
        codes, roles = self.people.get(who, ((), ()))
        return task.get("party_code") in codes and task.get("role") in roles

    def party_code(self, login: str) -> str:
        """Return the code of the party an account acts for."""
        return self.people[login][0][0]

    def login_for(self, task: dict[str, Any], who: str | None) -> str:
        """Return who does a task: the login given, the person named, or one who holds its role."""
        if who in self.people:
            return str(who)
        if task.get("login"):
            return str(task["login"])
        for login, (codes, roles) in self.people.items():
            if task["party_code"] in codes and (who or task["role"]) in roles:
                return login
        raise ScenarioError(f"没有人能以 {who or task['role']} 办理 {task['node_id']}")
