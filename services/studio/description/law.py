"""What a procedure rests on: parameters, decision tables, invariants, clauses."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.studio import changes, clause_matrix
from services.studio.description.blocks import Block, heading, rows_block
from workflows import strict_yaml
from workflows.bundles import Bundle
from workflows.xml import UnsafeXmlError, parse_xml

_STRENGTH = {"must": "应当", "should": "原则上", "may": "可以"}


def parameters(procedure: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the parameters with what they rest on."""
    rows = [
        [
            str(entry.get("label") or key),
            changes.amount_of(entry),
            str(entry.get("article") or entry.get("assumption") or ""),
        ]
        for key, entry in (procedure.get("profile") or {}).items()
        if isinstance(entry, dict)
    ]
    if rows:
        yield heading("四、参数")
        yield rows_block(["参数", "值", "依据或系统假定"], rows, [4, 5, 3])


def tables(bundle: Bundle) -> Iterator[Block]:
    """Yield the decision tables, a row as conditions and results."""
    found = [block for path in sorted(bundle.under("dmn")) for block in _table(bundle.files[path])]
    if found:
        yield heading("五、决策表")
        yield from found


def _table(data: bytes) -> Iterator[Block]:
    try:
        root = parse_xml(data)
    except UnsafeXmlError:
        return
    for decision in root.iter("{*}decision"):
        table = decision.find("{*}decisionTable")
        if table is None:
            continue
        columns = [_column(each) for each in table if str(each.tag).endswith(("}input", "}output"))]
        inputs = len(table.findall("{*}input"))
        rows = [
            [str(number), *_rule(rule, columns, inputs)]
            for number, rule in enumerate(table.iter("{*}rule"), start=1)
        ]
        yield heading(str(decision.get("name") or decision.get("id")), 2)
        yield rows_block(["序", "条件", "结论"], rows, [1, 8, 8])


def _rule(rule: Any, columns: list[str], inputs: int) -> tuple[str, str]:
    """Return a row's conditions and results in words; a cell that asks nothing is left out."""
    cells = ["".join(map(str, text.itertext())).strip() for text in rule.iter("{*}text")]
    told = [f"{name}：{cell}" for name, cell in zip(columns, cells, strict=False)]
    asked = [t for t, cell in zip(told[:inputs], cells, strict=False) if cell not in ("", "-")]
    return "\n".join(asked) or "任何情形", "\n".join(told[inputs:])


def _column(column: Any) -> str:
    inner = next((str(e.text) for e in column.iter("{*}text") if e.text), "")
    return str(column.get("label") or column.get("name") or inner.strip() or "—")


def invariants(bundle: Bundle) -> Iterator[Block]:
    """Yield what has to hold at all times."""
    try:
        listed = strict_yaml.read(bundle.files.get("invariants.yaml", b"[]")) or []
    except ValueError:
        return
    rows = [
        [str(row.get("id")), str(row.get("text") or ""), str(row.get("article") or "系统设计")]
        for row in listed
        if isinstance(row, dict)
    ]
    if rows:
        yield heading("六、任何时候都须成立的规则")
        yield rows_block(["编号", "内容", "依据"], rows, [2, 7, 3])


def clauses(bundle: Bundle) -> Iterator[Block]:
    """Yield each clause with what realises it."""
    here = dict(clause_matrix.things(bundle))
    rows = []
    for row in clause_matrix.clauses(bundle):
        names = [here[str(n)].name for n in row.get("realised_by") or [] if str(n) in here]
        where = "、".join(dict.fromkeys(names)) or str(
            row.get("not_modelled") or "由其他办理事项落实"
        )
        strength = _STRENGTH.get(str(row.get("strength")), "")
        rows.append([str(row.get("article") or ""), strength, str(row.get("text") or ""), where])
    if rows:
        yield heading("七、条款对照")
        yield {"kind": "note", "text": "条款内容为概括，以法规原文为准。"}
        yield rows_block(["条次", "强度", "概括", "落实之处"], rows, [2, 1, 5, 5])
