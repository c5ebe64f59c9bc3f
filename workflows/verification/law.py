"""Layer 3: every clause of a regulation is realised or listed with a reason.

Also: invariants are written so that a machine can check them. Works on a whole jurisdiction: what
one clause demands, several procedures may realise.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from workflows import dmn, feel
from workflows.bundles import Opened
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Form

CLAUSES, INVARIANTS = "clauses.yaml", "invariants.yaml"
_STRENGTHS = frozenset({"must", "should", "may"})
# pattern -> keys it needs
_PATTERNS: Mapping[str, frozenset[str]] = {
    "PREC": frozenset({"before"}),
    "RESP": frozenset({"trigger", "then"}),
    "ORDER": frozenset({"codes"}),
    "NEVER": frozenset({"codes"}),
    "DUR": frozenset({"code", "at_least"}),
    "ALL": frozenset({"code", "over"}),
    "ACTOR": frozenset({"code"}),
    "UNIQ": frozenset({"code", "per"}),
}
_PLACES = ("before", "after", "then", "trigger", "codes", "escapes")
_MORE_PLACES = tuple(f"{key}_elements" for key in ("after", "codes", "escapes"))
_EXPRESSIONS = ("when", "over", "entries", "each")


@dataclass
class Things:
    """What a jurisdiction has that can realise a clause, and the codes its diagrams carry.

    ``codes`` are activity codes and element ids by procedure.
    """

    names: set[str] = field(default_factory=set)
    codes: dict[str, set[str]] = field(default_factory=dict)

    def add(self, opened: Opened) -> None:
        """Add a procedure with all it uses."""
        here = self.codes.setdefault(opened.bundle.procedure_id, set())
        for nodes in opened.program.nodes.values():
            for node in nodes.values():
                here |= {node.id, node.activity_code or node.id}
        for decision, model in opened.decisions.items():
            logic = model.decisions[decision].logic
            rules = logic.rules if isinstance(logic, dmn.DecisionTable) else ()
            self.names |= {decision, *(rule.id for rule in rules)}
        for key, entry in (opened.procedure["procedure"].get("profile") or {}).items():
            self.names.add(f"profile.{key}")
            self.names |= set(_rule_ids(entry.get("value")))
        self.names |= {opened.bundle.procedure_id, *here}

    def add_form(self, form_id: str, form: Form) -> None:
        """Add a form and its fields, columns of tables without their brackets."""
        self.names.add(form_id)
        self.names |= {f"{form_id}.{each.path.replace('[]', '')}" for each in form.fields}


def _rule_ids(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for row in value:
            if isinstance(row, dict):
                yield from (str(row[k]) for k in ("rule_id", "code") if k in row)


def check_law(clauses: Any, invariants: Any, things: Things) -> list[Finding]:
    """Return what is wrong with the clauses and invariants of a jurisdiction."""
    listed = [row for row in invariants or [] if isinstance(row, dict)]
    things.names |= {str(row.get("id")) for row in listed}
    return [*_clauses(clauses or [], things), *_invariants(listed, things)]


def _found(severity: Severity, rule: str, file: str, name: str, message: str) -> Finding:
    return Finding(severity, rule, file, name, message)


def _clauses(rows: Iterable[Any], things: Things) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in rows:
        name = str(row.get("id") if isinstance(row, dict) else row)
        if not isinstance(row, dict) or not row.get("text") or not row.get("article"):
            text = f"条款“{name}”须写明条次（article）和概括（text）"
            yield _found(Severity.ERROR, "clauses.incomplete", CLAUSES, name, text)
            continue
        if name in seen:
            text = f"条款编号“{name}”重复"
            yield _found(Severity.ERROR, "clauses.twice", CLAUSES, name, text)
        seen.add(name)
        yield from _clause(name, row, things)


def _clause(name: str, row: Mapping[str, Any], things: Things) -> Iterator[Finding]:
    if row.get("strength") not in _STRENGTHS:
        text = f"条款“{name}”的强度应为 must、should 或 may"
        yield _found(Severity.ERROR, "clauses.strength", CLAUSES, name, text)
    realised, reason = row.get("realised_by") or [], str(row.get("not_modelled") or "").strip()
    if not realised and not reason:
        severity = Severity.ERROR if row.get("strength") == "must" else Severity.WARNING
        text = f"条款“{name}”既没有落实之处，也没有写明不落实的理由"
        yield _found(severity, "clauses.unrealised", CLAUSES, name, text)
    for each in realised:
        if str(each) not in things.names:
            near = get_close_matches(str(each), things.names, n=1)
            hint = f"，是否指“{near[0]}”？" if near else ""
            text = f"条款“{name}”的落实之处“{each}”不存在{hint}"
            yield _found(Severity.ERROR, "clauses.realiser-unknown", CLAUSES, name, text)


def _invariants(rows: Iterable[Mapping[str, Any]], things: Things) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in rows:
        name = str(row.get("id"))
        if name in seen:
            text = f"不变式编号“{name}”重复"
            yield _found(Severity.ERROR, "invariants.twice", INVARIANTS, name, text)
        seen.add(name)
        for problem in _invariant(row, things):
            text = f"不变式“{name}”{problem}"
            yield _found(Severity.ERROR, "invariants.malformed", INVARIANTS, name, text)


def _invariant(row: Mapping[str, Any], things: Things) -> Iterator[str]:
    needs = _PATTERNS.get(str(row.get("pattern")))
    if needs is None:
        yield f"的类型应为 {'、'.join(_PATTERNS)} 之一"
        return
    if missing := sorted(needs - row.keys()):
        yield f"缺少 {'、'.join(missing)}"
    if not row.get("text"):
        yield "没有文字说明"
    if row.get("tag") not in {"T", "M"}:
        yield "的 tag 应为 T（法规）或 M（系统设计）"
    if row.get("tag") == "T" and not row.get("article"):
        yield "出自法规，须写明条次"
    yield from _places(row, things)
    for key in _EXPRESSIONS:
        if isinstance(row.get(key), str):
            yield from _expression(key, row[key])


def _places(row: Mapping[str, Any], things: Things) -> Iterator[str]:
    """Look for the codes in the procedures named; without any, later ones may bring them."""
    wanted = row.get("procedures") or []
    if unknown := [each for each in wanted if each not in things.codes]:
        yield f"所指的办理事项不存在：{'、'.join(unknown)}"
    elif wanted and row.get("pattern") != "NEVER":
        known = set().union(*(things.codes[each] for each in wanted))
        yield from (f"用到的“{c}”图中没有" for c in sorted(set(_codes(row)) - known))


def _codes(row: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(row.get("code"), str):
        yield row["code"]
    for key in (*_PLACES, *_MORE_PLACES, "elements"):
        given = row.get(key) or []
        for each in given if isinstance(given, list) else [given]:
            yield from _named(each)


def _named(place: Any) -> Iterator[str]:
    if isinstance(place, str):
        yield place
    elif isinstance(place, dict):
        several = (place.get("codes"), place.get("elements"))
        listed = [each for names in several if isinstance(names, list) for each in names]
        yield from (name for name in (place.get("code"), place.get("element"), *listed) if name)


def _expression(key: str, text: str) -> Iterator[str]:
    if not text.startswith("="):
        yield f"的 {key} 应为以 = 开头的表达式"
        return
    try:
        feel.parse(text[1:])
    except feel.FeelError as error:
        yield f"的 {key} 不是合法的表达式：{error}"
