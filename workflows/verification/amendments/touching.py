"""What an amendment touches: from changed clauses to nodes, tables, forms, parameters and papers.

A clause is realised by what ``clauses.yaml`` names, by what cites it or its article, and by whatever
reads a parameter that does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows import dmn, feel
from workflows.bundles import Opened
from workflows.diagrams import Node
from workflows.verification.amendments.clauses import Amendment
from workflows.verification.documents import Documents
from workflows.verification.scopes import Scopes
from workflows.verification.sites import sites
from workflows.verification.subjects import Subject, label


@dataclass(frozen=True, slots=True)
class Touched:
    """One thing that an amendment touches, and how it hangs together with the clause.

    ``is_sure`` False: it cites the article, of which other sentences stay; a person must look.
    ``kind``: parameter, node, flow, decision, rule, form, field, template, invariant. ``element_id``
    is a parameter's key, an element's id, a form's with its field, a template's.
    """

    procedure: str
    kind: str
    file: str
    element_id: str
    name: str
    why: str
    is_sure: bool = True


def touched(
    amendment: Amendment,
    opened: Opened,
    subject: Subject,
    invariants: Iterable[Mapping[str, Any]] = (),
) -> list[Touched]:
    """Return what of a procedure an amendment touches, each once for each reason."""
    walk = _Walk(amendment, opened, subject)
    found = [
        *walk.parameters(),
        *walk.nodes(),
        *walk.expressions(),
        *walk.decisions(),
        *walk.forms(),
        *walk.templates(),
        *walk.invariants(invariants),
    ]
    return list(dict.fromkeys(found))


class _Walk:
    def __init__(self, amendment: Amendment, opened: Opened, subject: Subject) -> None:
        self.amendment, self.opened, self.subject = amendment, opened, subject
        self.procedure = opened.bundle.procedure_id
        self.keys = frozenset(
            key
            for key, entry in subject.profile.items()
            if isinstance(entry, Mapping)
            and _is_meant(amendment, f"profile.{key}", entry.get("article"))
        )

    def _made(
        self, kind: str, file: str, element_id: str, name: str, why: str, *, is_sure: bool = True
    ) -> Touched:
        return Touched(self.procedure, kind, file, element_id, name, why, is_sure)

    def _is_sure(self, key: str) -> bool:
        """Tell whether a touched parameter is so for sure."""
        entry = self.subject.profile[key]
        return self.amendment.is_sure(f"profile.{key}", entry.get("article"))

    def parameters(self) -> Iterator[Touched]:
        """Yield the parameters that cite a changed clause or realise it."""
        for key in sorted(self.keys):
            entry = self.subject.profile[key]
            why = f"依据{entry['article']}" if entry.get("article") else "落实该条款"
            name = str(entry.get("label") or key)
            sure = self._is_sure(key)
            yield self._made("parameter", "procedure.json", key, name, why, is_sure=sure)

    def nodes(self) -> Iterator[Touched]:
        """Yield the nodes that cite a changed clause, in a limit too, or realise it."""
        for process_id in sorted(self.subject.used):
            for node in self.subject.processes[process_id].nodes.values():
                for why, sure in self._of_node(node):
                    file = self.subject.file_of[process_id]
                    name = node.name or node.id
                    yield self._made("node", file, node.id, name, why, is_sure=sure)

    def _of_node(self, node: Node) -> Iterator[tuple[str, bool]]:
        cited = [each for each in node.clauses if self.amendment.cites(node.id, each)]
        if cited:
            yield f"图上写明依据{'、'.join(cited)}", self.amendment.is_sure(node.id, *cited)
        if {node.id, node.activity_code or node.id} & self.amendment.names:
            yield "落实该条款", True
        if node.due is not None and self.amendment.cites(node.id, node.due.basis):
            sure = self.amendment.is_sure(node.id, node.due.basis)
            yield f"办理期限依据{node.due.basis}", sure

    def expressions(self) -> Iterator[Touched]:
        """Yield the nodes and flows whose expressions read a touched parameter."""
        scopes = Scopes(self.subject, Documents(self.subject))
        for process_id in sorted(self.subject.used):
            process = self.subject.processes[process_id]
            for site in sites(self.subject, scopes, process):
                for key in self._read_by(site.source):
                    is_flow = site.element_id in process.flows
                    node = process.nodes.get(site.element_id)
                    name = node.name or node.id if node is not None else site.element_id
                    why = f"{site.place}用到参数“{key}”"
                    file = self.subject.file_of[process_id]
                    kind, sure = "flow" if is_flow else "node", self._is_sure(key)
                    yield self._made(kind, file, site.element_id, name, why, is_sure=sure)

    def _read_by(self, source: str) -> list[str]:
        """Return the touched parameters that an expression reads."""
        if not self.keys or "profile" not in source:
            return []
        try:
            parsed = feel.parse(source)
        except feel.FeelError:
            return []
        return self._of_paths(parsed.names() | parsed.filter_names(), source)

    def _of_paths(self, paths: Iterable[tuple[str, ...]], source: str) -> list[str]:
        read = [path[1:] for path in paths if path[0] == "profile"]
        return [
            key
            for key in sorted(self.keys)
            if any(_is_read(tuple(key.split(".")), path, source) for path in read)
        ]

    def decisions(self) -> Iterator[Touched]:
        """Yield decisions and rules that realise a changed clause, or are chosen by a parameter."""
        chosen = {str(self.subject.profile[key].get("value")): key for key in self.keys}
        for path, model in self.subject.models.items():
            for name, decision in model.decisions.items():
                if name in self.amendment.names:
                    yield self._made("decision", path, name, decision.name, "落实该条款")
                elif name in chosen:
                    why, sure = f"由参数“{chosen[name]}”选用", self._is_sure(chosen[name])
                    yield self._made("decision", path, name, decision.name, why, is_sure=sure)
                logic = decision.logic
                for rule in logic.rules if isinstance(logic, dmn.DecisionTable) else ():
                    if rule.id in self.amendment.names:
                        yield self._made("rule", path, rule.id, decision.name, "落实该条款")

    def forms(self) -> Iterator[Touched]:
        """Yield forms and fields that realise a changed clause, or name its article as their basis."""
        for form_id, form in sorted(self.subject.forms.items()):
            own = form.definition.get("liancheng") or {}
            file, title = f"forms/{form_id}.json", str(own.get("title") or form_id)
            if form_id in self.amendment.names:
                yield self._made("form", file, form_id, title, "落实该条款")
            elif self.amendment.cites(form_id, own.get("basis")):
                why, sure = f"依据{own['basis']}", self.amendment.is_sure(form_id, own["basis"])
                yield self._made("form", file, form_id, title, why, is_sure=sure)
            for each in form.fields:
                name = f"{form_id}.{each.path.replace('[]', '')}"
                if name in self.amendment.names:
                    yield self._made("field", file, name, title, "落实该条款")

    def templates(self) -> Iterator[Touched]:
        """Yield the papers issued at a touched node, or inside it, or printing a touched parameter."""
        places = self._places({each.element_id for each in self.nodes() if each.is_sure})
        for template in self.opened.templates.values():
            file = f"documents/{template.id}.yaml"
            if template.on in places:
                why = f"在“{self._label(template.on)}”完成时出具"
                yield self._made("template", file, template.id, template.name, why)
            for expression, _bound in template.expressions():
                for key in self._of_paths(expression.names(), ""):
                    why, sure = f"印有参数“{key}”", self._is_sure(key)
                    yield self._made(
                        "template", file, template.id, template.name, why, is_sure=sure
                    )

    def _places(self, touched: set[str]) -> set[str]:
        """Return ids and activity codes of touched nodes and of those in what they call."""
        own = [n for n in self.subject.nodes() if n.id in touched]
        called = {self.subject.resolve(n.called) or "" for n in own if n.called}
        inside = [n for n in self.subject.nodes() if n.process_id in called]
        return {name for n in [*own, *inside] for name in (n.id, n.activity_code) if name}

    def _label(self, code: str | None) -> str:
        named = (n for n in self.subject.nodes() if code in {n.id, n.activity_code})
        return next((label(n).strip("“”") for n in named), str(code))

    def invariants(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Touched]:
        """Yield the invariants that come from a changed article, or realise a clause."""
        for row in rows:
            wanted = row.get("procedures") or [self.procedure]
            name = str(row.get("id"))
            if _is_meant(self.amendment, name, row.get("article")) and self.procedure in wanted:
                said = str(row.get("text") or name)
                why = f"依据{row['article']}" if row.get("article") else "落实该条款"
                sure = self.amendment.is_sure(name, row.get("article"))
                yield self._made("invariant", "invariants.yaml", name, said, why, is_sure=sure)


def _is_meant(amendment: Amendment, name: str, article: str | None) -> bool:
    return name in amendment.names or amendment.cites(name, article)


def _is_read(key: tuple[str, ...], path: tuple[str, ...], source: str) -> bool:
    """Tell whether a path reads a parameter: it, a part of its value, or by ``get value``."""
    if path[: len(key)] == key:
        return True
    return path == key[: len(path)] and all(f'"{part}"' in source for part in key[len(path) :])
