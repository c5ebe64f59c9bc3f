"""A tiny jurisdiction on disk, and a place for what is shared."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from workflows.bundles import Bundle, Library

PROCEDURE = "tiny.application"
SETTINGS: dict[str, Any] = {
    "code": "tiny",
    "name": {"zh": "小区", "en": "Tiny"},
    "legal_basis": {"title": "小区办法", "number": None, "status": "DRAFT"},
    "agencies": [{"code": "tiny-office", "name": {"zh": "小区办", "en": "Office"}}],
    "roles": {"clerk": {"agency": "tiny-office"}},
    "procedures": [
        {
            "id": PROCEDURE,
            "title": {"zh": "申请", "en": "Application"},
            "started_by": ["clerk"],
            "number": "T-{year}-{seq:03d}",
            "profile": {
                "check.form": {"value": "F-PROFILE", "label": "核对表"},
                "check.days": {"value": 5, "label": "期限"},
            },
        }
    ],
}
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:liancheng="urn:liancheng:bpmn:1" id="d" targetNamespace="urn:test">\n'
)


def task(node_id: str, form_id: str) -> str:
    """Return a user task."""
    return f'<bpmn:userTask id="{node_id}" liancheng:form="{form_id}" liancheng:role="clerk"/>'


def call(node_id: str, process_id: str) -> str:
    """Return a call activity."""
    return f'<bpmn:callActivity id="{node_id}" calledElement="{process_id}"/>'


def rule(node_id: str, decision_id: str) -> str:
    """Return a business rule task."""
    return f'<bpmn:businessRuleTask id="{node_id}" liancheng:decision="{decision_id}"/>'


def diagram(process_id: str, *nodes: str) -> str:
    """Return a diagram of nodes that stand side by side: closing it needs no flows."""
    body = "\n".join(nodes)
    process = f'<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process>'
    return f"{HEAD}{process}</bpmn:definitions>"


def table(decision_id: str, answer: str = "yes") -> str:
    """Return a decision of one literal."""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m">'
        f'<decision id="{decision_id}" name="{decision_id}"><variable name="{decision_id}"/>'
        f'<literalExpression id="e"><text>"{answer}"</text></literalExpression>'
        "</decision></definitions>"
    )


def form(form_id: str, title: str = "表") -> str:
    """Return a form without questions."""
    return json.dumps(
        {
            "id": form_id,
            "type": "default",
            "schemaVersion": 18,
            "components": [],
            "liancheng": {"title": title},
        }
    )


@dataclass(frozen=True)
class Disk:
    """Files of jurisdictions and forms below one folder, and builders of what is in them."""

    root: Path
    settings = SETTINGS
    diagram = staticmethod(diagram)
    task = staticmethod(task)
    call = staticmethod(call)
    rule = staticmethod(rule)
    table = staticmethod(table)
    form = staticmethod(form)

    def put(self, path: str, content: str | bytes) -> None:
        """Write a file, its folders too."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def settle(self, **changes: Any) -> None:
        """Write jurisdiction.yaml with some of its keys changed."""
        text = yaml.safe_dump(SETTINGS | changes, allow_unicode=True)
        self.put("bpmn/tiny/jurisdiction.yaml", text)

    def bundle(self) -> Bundle:
        """Read everything anew and close the procedure."""
        library = Library(self.root / "bpmn", self.root / "forms")
        [bundle] = library.bundles()
        return bundle


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """A jurisdiction with one procedure that uses one of each kind of thing."""
    made = Disk(tmp_path)
    made.settle()
    made.put(
        "bpmn/tiny/application.bpmn",
        diagram(
            PROCEDURE,
            task("fill", "F-OWN"),
            task("check", "=profile.check.form"),
            call("review", "shared.review"),
            rule("judge", "tiny_rules"),
        ),
    )
    made.put(
        "bpmn/shared/review.bpmn",
        diagram(
            "shared.review",
            task("look", "C-LOOK"),
            call("again", "shared.inner"),
        ),
    )
    made.put("bpmn/shared/inner.bpmn", diagram("shared.inner", rule("weigh", "weight")))
    made.put("bpmn/shared/unused.bpmn", diagram("shared.unused", task("no", "C-NO")))
    made.put("bpmn/tiny/tiny_rules.dmn", table("tiny_rules"))
    made.put("bpmn/shared/weight.dmn", table("weight"))
    made.put("bpmn/shared/unused.dmn", table("unused"))
    for name in ("F-OWN", "F-PROFILE"):
        made.put(f"forms/tiny/{name}.json", form(name))
    for name in ("C-LOOK", "C-NO"):
        made.put(f"forms/shared/{name}.json", form(name))
    return made
