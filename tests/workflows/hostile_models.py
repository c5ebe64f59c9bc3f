"""Hostile diagrams, decision tables and forms in great number, and honest ones beside them.

As a program it checks each as ``liancheng check`` does, in a process of its own under a limit on
memory, and prints what became of it.
"""

import json
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from services.checking import check_folder
from services.settings import Settings
from tests.hostile import MOST_MEMORY, Chance, print_rows

BPMN, DMN, FORM = "bpmn/tiny/application.bpmn", "bpmn/tiny/tiny_rules.dmn", "forms/tiny/F-OWN.json"
SETTINGS: dict[str, Any] = {
    "code": "tiny",
    "name": {"zh": "小区", "en": "Tiny"},
    "legal_basis": {"title": "小区办法", "number": None, "status": "DRAFT"},
    "agencies": [{"code": "tiny-office", "name": {"zh": "小区办", "en": "Office"}}],
    "roles": {"clerk": {"agency": "tiny-office"}},
    "procedures": [
        {
            "id": "tiny.application",
            "title": {"zh": "申请", "en": "Application"},
            "started_by": ["clerk"],
            "number": "T-{year}-{seq:03d}",
        }
    ],
}
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:liancheng="urn:liancheng:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="d" targetNamespace="urn:test">
<bpmn:process id="tiny.application" name="申请" isExecutable="true">
<bpmn:startEvent id="start"/>
<bpmn:userTask id="ask" name="填写" liancheng:form="F-OWN" liancheng:role="clerk"/>
<bpmn:boundaryEvent id="late" attachedToRef="ask" cancelActivity="true">
<bpmn:timerEventDefinition><bpmn:timeDuration
  xsi:type="bpmn:tFormalExpression">P5D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:businessRuleTask id="judge" name="判断" liancheng:decision="tiny_rules"
  liancheng:dataKey="judged"/>
<bpmn:exclusiveGateway id="gw" default="f4"/>
<bpmn:endEvent id="end"/><bpmn:endEvent id="end_no"/><bpmn:endEvent id="end_late"/>
<!--more-->
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
<bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="judge"/>
<bpmn:sequenceFlow id="f3" sourceRef="judge" targetRef="gw"/>
<bpmn:sequenceFlow id="f4" sourceRef="gw" targetRef="end"/>
<bpmn:sequenceFlow id="f5" sourceRef="gw" targetRef="end_no"><bpmn:conditionExpression
  xsi:type="bpmn:tFormalExpression">=judged.verdict = "NO"</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f6" sourceRef="late" targetRef="end_late"/>
</bpmn:process></bpmn:definitions>"""
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m"
  namespace="urn:test"><decision id="tiny_rules" name="规则">
<decisionTable id="t" hitPolicy="UNIQUE"><input id="in" label="数">
<inputExpression id="e" typeRef="number"><text>ask.amount</text></inputExpression></input>
<output id="out" name="verdict" typeRef="string"/>
<rule id="r1"><inputEntry id="i1"><text>&lt; 5</text></inputEntry>
<outputEntry id="o1"><text>"NO"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="i2"><text>&gt;= 5</text></inputEntry>
<outputEntry id="o2"><text>"YES"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
AMOUNT: dict[str, Any] = {
    "type": "number",
    "key": "amount",
    "label": "数量",
    "decimalDigits": 0,
    "validate": {"required": True},
}
Files = dict[str, bytes]

ESCAPES = [
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "judged.__class__",
    "open('/etc/passwd').read()",
    "eval('1')",
    "lambda: 1",
    "[x for x in (1).__class__.__mro__]",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "function() external {java: {class: 'x'}}",
    "@import url(x)",
    "1 +",
    "(" * 500 + "1" + ")" * 500,
    "+".join(["1"] * 6_000),
    "if" * 2_000,
]
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<iframe src=javascript:alert(1)>",
]


def form_of(*components: dict[str, Any], **more: Any) -> bytes:
    content = {
        "id": "F-OWN",
        "type": "default",
        "schemaVersion": 18,
        "components": [AMOUNT, *components],
        "liancheng": {"title": "表"},
    }
    return json.dumps(content | more, ensure_ascii=False).encode()


def plain() -> Files:
    """Return the files of an honest procedure."""
    return {BPMN: DIAGRAM.encode(), DMN: TABLE.encode(), FORM: form_of()}


def changed(path: str, old: str, new: str) -> Files:
    """Return the honest files with one place of one of them changed."""
    files = plain()
    text = files[path].decode()
    assert old in text, old
    return files | {path: text.replace(old, new, 1).encode()}


def more(element: str) -> Files:
    return changed(BPMN, "<!--more-->", element)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def doctype(chance: Chance) -> Files:
    path = chance.choice([BPMN, DMN])
    body = plain()[path].decode().removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(chance.randint(2, 9))
    )
    declared = chance.choice(
        [
            "<!DOCTYPE d>",
            '<!DOCTYPE d SYSTEM "file:///etc/passwd">',
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE d PUBLIC "a" "http://127.0.0.1:1/x.dtd">',
            f"<!DOCTYPE d [{laughs}]>",
            '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>',
        ]
    )
    code = chance.choice(["utf-8", "utf-16", "utf-7"])
    if code == "utf-8":
        return plain() | {path: (declared + body).encode()}
    return plain() | {path: f"<?xml version='1.0' encoding='{code}'?>{declared}{body}".encode(code)}


def script(chance: Chance) -> Files:
    tag = chance.choice(
        ["scriptTask", "task", "manualTask", "sendTask", "receiveTask", "complexGateway"]
        + ["transaction", "adHocSubProcess", "callChoreography", "dataObject", "ioSpecification"]
    )
    inner = "<bpmn:script>import os; os.system('id')</bpmn:script>" if tag == "scriptTask" else ""
    odd = f'<bpmn:{tag} id="x{chance.randrange(99)}" scriptFormat="python">{inner}</bpmn:{tag}>'
    return more(odd)


def foreign(chance: Chance) -> Files:
    space, tag = chance.choice(
        [
            ("http://www.w3.org/1999/xhtml", "script"),
            ("http://www.w3.org/1999/xhtml", "iframe"),
            ("http://www.w3.org/2000/svg", "svg"),
            ("http://www.w3.org/2001/XInclude", "include"),
            ("http://www.w3.org/1999/XSL/Transform", "stylesheet"),
            ("urn:liancheng:bpmn:2", "operation"),
        ]
    )
    odd = f'<x:{tag} xmlns:x="{space}" href="file:///etc/passwd">alert(1)</x:{tag}>'
    place = chance.choice(["<!--more-->", '<bpmn:startEvent id="start"/>'])
    return changed(BPMN, place, odd + place)


def unknown_extension(chance: Chance) -> Files:
    name = chance.choice(["onclick", "script", "exec", "class", "delegateExpression", "url"])
    return changed(BPMN, 'id="ask"', f'id="ask" liancheng:{name}="x{chance.randrange(99)}"')


def timer(chance: Chance) -> Files:
    value = chance.choice(
        ["PT0S", "R/PT0S", "R999999999/PT1S", "P", "PT", "-P1D", "P1.5M", "P99999999Y", "PT1S"]
        + [*ESCAPES[:4], "R/PT1M", "0 * * * *", ""]
    )
    if chance.random() < 0.4:  # noqa: PLR2004
        value = chance.choice(["R/PT0S", "R/P1D", "R3/PT1M"])
        text = DIAGRAM.replace("bpmn:timeDuration", "bpmn:timeCycle").replace("P5D", value)
        return plain() | {BPMN: text.encode()}
    return changed(BPMN, ">P5D<", f">{escaped(value)}<")


def cardinality(chance: Chance) -> Files:
    count = chance.choice(["1000000000", "10**9", "=10000000", "-1", "=[1..100000]", "999999"])
    loop = (
        f"<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{count}"
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    if chance.random() < 0.3:  # noqa: PLR2004
        loop = '<bpmn:standardLoopCharacteristics loopMaximum="999999999"/>'
    return changed(
        BPMN, 'liancheng:role="clerk"/>', f'liancheng:role="clerk">{loop}</bpmn:userTask>'
    )


def too_many_nodes(chance: Chance) -> Files:
    count = chance.randint(400, 1_500)
    tasks = "".join(
        f'<bpmn:userTask id="n{n}" liancheng:form="F-OWN" liancheng:role="clerk"/>'
        f'<bpmn:sequenceFlow id="g{n}" sourceRef="{f"n{n - 1}" if n else "gw"}" targetRef="n{n}"/>'
        for n in range(count)
    )
    last = f'<bpmn:sequenceFlow id="g" sourceRef="n{count - 1}" targetRef="end"/>'
    return changed(BPMN, "<!--more-->", tasks + last)


def twice_the_same(chance: Chance) -> Files:
    name = chance.choice(["ask", "judge", "gw", "start", "end"])
    return more(f'<bpmn:endEvent id="{name}"/>')


def odd_id(chance: Chance) -> Files:
    odd = chance.choice(
        ["' or '1'='1", "]//*[", "a b", "x" * 65, "1a", "é", "../x", "", "a:b&amp;"]
    )
    return plain() | {BPMN: DIAGRAM.replace('"judge"', f'"{odd}"').encode()}


def odd_name(chance: Chance) -> Files:
    text = chance.choice(MARKUP) + str(chance.randrange(99))
    place = chance.choice(["填写", "判断", 'name="申请"'])
    new = f'name="{escaped(text)}"' if "=" in place else escaped(text)
    return changed(BPMN, place, new)


def escape(chance: Chance) -> Files:
    text = escaped(chance.choice(ESCAPES))
    old, path = chance.choice(
        [('judged.verdict = "NO"', BPMN), ("ask.amount", DMN), ('"YES"', DMN), ("&gt;= 5", DMN)]
    )
    return changed(path, old, text)


def foreign_call(chance: Chance) -> Files:
    called = chance.choice(["tiny.application", "liangjiang.application", "../x", "nobody.knows"])
    call = f'<bpmn:callActivity id="judge" calledElement="{called}" liancheng:dataKey="judged"/>'
    start = DIAGRAM.index("<bpmn:businessRuleTask")
    stop = DIAGRAM.index("/>", start) + 2
    return plain() | {BPMN: (DIAGRAM[:start] + call + DIAGRAM[stop:]).encode()}


def foreign_service(chance: Chance) -> Files:
    name = chance.choice(["os.system", "http.get", "shell", "../x", "notify.send ", "eval"])
    task = f'<bpmn:serviceTask id="judge" liancheng:operation="{name}" liancheng:dataKey="judged"/>'
    start = DIAGRAM.index("<bpmn:businessRuleTask")
    stop = DIAGRAM.index("/>", start) + 2
    return plain() | {BPMN: (DIAGRAM[:start] + task + DIAGRAM[stop:]).encode()}


def endless(chance: Chance) -> Files:
    back = chance.choice(["judge", "gw"])
    return changed(BPMN, 'sourceRef="gw" targetRef="end"', f'sourceRef="gw" targetRef="{back}"')


def deep(chance: Chance) -> Files:
    levels = chance.randint(120, 3_000)
    start = "".join(f'<bpmn:subProcess id="s{n}">' for n in range(levels))
    return more(start + "</bpmn:subProcess>" * levels)


def torn(chance: Chance) -> Files:
    path = chance.choice([BPMN, DMN, FORM])
    content = plain()[path]
    if chance.random() < 0.5:  # noqa: PLR2004
        return plain() | {path: content[: chance.randint(0, len(content) - 3)]}
    junk = [b"", b"\x00" * 99, b"\xff\xfe", b"MZ\x90", b" " * 1_100_000, b"PK\x03\x04"]
    return plain() | {path: chance.choice(junk)}


def odd_table(chance: Chance) -> Files:
    policy = chance.choice(["BEST", "", "OUTPUT ORDER", "unique"])
    if chance.random() < 0.5:  # noqa: PLR2004
        return changed(DMN, 'hitPolicy="UNIQUE"', f'hitPolicy="{policy}x"')
    rule = TABLE[TABLE.index("<rule") : TABLE.index("</rule>") + 7]
    rows = "".join(rule.replace('1"', f'{n}"') for n in range(10, chance.randint(1_100, 3_000)))
    return changed(DMN, "</decisionTable>", rows + "</decisionTable>")


def odd_decision(chance: Chance) -> Files:
    """Return a model that requires itself, foreign code or foreign files, or boxes without end."""
    one = "<literalExpression><text>1</text></literalExpression>"
    tag = chance.choice(["decision", "businessKnowledgeModel"])
    kind = "Decision" if tag == "decision" else "Knowledge"
    way = "informationRequirement" if tag == "decision" else "knowledgeRequirement"
    length = chance.choice([1, 2, 300])
    circle = "".join(
        f'<{tag} id="c{n}"><{way}><required{kind} href="#c{(n + 1) % length}"/></{way}></{tag}>'
        for n in range(length)
    )
    deep = chance.randint(30, 80)
    entry = "<context><contextEntry>"
    foreign = chance.choice(["Java", "PMML", "java", "R"])
    text = chance.choice(
        [
            circle,
            f'<decision id="d"><functionDefinition kind="{foreign}">{one}</functionDefinition></decision>',
            f'<decision id="d">{entry * deep}{one}{"</contextEntry></context>" * deep}</decision>',
            f'<decision id="d">{"<list>" * deep}{"</list>" * deep}</decision>',
            '<import name="x" namespace="file:///etc/passwd" locationURI="http://127.0.0.1/x.dmn"/>',
            '<decision id="d"><literalExpression><importedValues/></literalExpression></decision>',
            f'<decision id="d"><literalExpression expressionLanguage="python">{one}'
            "</literalExpression></decision>",
            f'<decision id="d"><variable name="d" typeRef="os.system"/>{one}</decision>',
        ]
    )
    return changed(DMN, "</definitions>", text + "</definitions>")


def odd_type(chance: Chance) -> Files:
    """Return types that are based on themselves, nested without end, or written wrongly."""
    length, deep = chance.choice([1, 2, 200]), chance.randint(30, 80)
    circle = "".join(
        f'<itemDefinition name="t{n}"><typeRef>t{(n + 1) % length}</typeRef></itemDefinition>'
        for n in range(length)
    )
    start = "".join(f'<itemComponent name="c{n}">' for n in range(deep))
    nested = f'<itemDefinition name="t">{start}{"</itemComponent>" * deep}</itemDefinition>'
    wrong = escaped(chance.choice(ESCAPES[-4:-1]))
    allowed = f'<itemDefinition name="t"><allowedValues><text>{wrong}</text></allowedValues>'
    text = chance.choice([circle, nested, allowed + "</itemDefinition>"])
    return changed(DMN, "</definitions>", text + "</definitions>")


def odd_component(chance: Chance) -> Files:
    kind = chance.choice(
        ["html", "iframe", "image", "button", "expression", "script", "documentPreview", "table"]
    )
    return plain() | {
        FORM: form_of({"type": kind, "key": "a", "label": "项", "content": MARKUP[0]})
    }


def odd_words(chance: Chance) -> Files:
    text, name = chance.choice(MARKUP), {"type": "textfield", "key": "a", "label": "项"}
    odd = chance.choice(
        [
            {**name, "description": text},
            {**name, "description": "[点](javascript:alert(1))"},
            {**name, "label": "{{" + ESCAPES[0] + "}}"},
            {**name, "label": "=" + ESCAPES[1]},
            {"type": "text", "text": text},
            {"type": "text", "text": "=secret"},
            {**name, "onclick": "alert(1)"},
            {**name, "defaultValue": "=" + ESCAPES[0]},
            {**name, "conditional": {"hide": "=" + chance.choice(ESCAPES)}},
            {**name, "validate": {"pattern": "^(a+)+$"}},
            {**name, "label": "甲\u0000"},
        ]
    )
    return plain() | {FORM: form_of(odd)}


def odd_key(chance: Chance) -> Files:
    key = chance.choice(
        [
            "__proto__",
            "typename",
            "constructor.x",
            "",
            "a.b",
            "x" * 65,
            "__builtins__",
            "1a",
            "amount",
        ]
    )
    return plain() | {FORM: form_of({"type": "textfield", "key": key, "label": "项"})}


def huge_form(chance: Chance) -> Files:
    many = chance.randint(3_000, 9_000)
    odd: dict[str, Any] = {"type": "textfield", "key": "amount", "label": "项"}
    if chance.random() < 0.5:  # noqa: PLR2004
        return plain() | {FORM: form_of(*[odd] * many)}
    text = '{"type":"group","path":"g","components":[' * many + "]}" * many
    return plain() | {FORM: text.encode()}


def odd_json(chance: Chance) -> Files:
    text = chance.choice(
        [
            "[]",
            "null",
            '"x"',
            "5",
            "NaN",
            '{"components": NaN}',
            "{}",
            '{"id": "F-OWN"}',
            "[" * 9_999,
        ]
        + ['{"id":"F-OWN","type":"default","components":"x"}', '{"$ref":"file:///etc/passwd"}']
    )
    return plain() | {FORM: text.encode()}


def crowd(chance: Chance) -> Files:
    """Return a hundred thousand elements, or as many attributes, or calls without end."""
    task = chance.choice(["<bpmn:task/>", '<bpmn:userTask id="n"/>', "<bpmn:documentation/>"])
    attributes = " ".join(f'a{n}=""' for n in range(chance.randint(100, 60_000)))
    calls = "".join(
        f'<bpmn:process id="p{n}"><bpmn:callActivity id="c{n}" calledElement="p{n + 1}"/>'
        "</bpmn:process>"
        for n in range(chance.randint(100, 3_000))
    )
    return chance.choice(
        [
            more(task * 100_000),
            more(task * 39_000),
            changed(BPMN, 'id="ask"', f'id="ask" {attributes}'),
            changed(BPMN, "</bpmn:process>", f"</bpmn:process>{calls}"),
        ]
    )


def odd_yaml(chance: Chance) -> Files:
    """Return clauses, invariants or rules on tasks that multiply, nest, lie about their types."""
    laughs = "".join(
        f"- &l{n} [{', '.join([f'*l{n - 1}'] * 9) if n else 'ha'}]\n" for n in range(9)
    )
    text = chance.choice(
        [
            laughs,
            "[" * 99_000,
            "- 1\n" * 99_000,
            "- !!python/object/apply:os.system [id]",
            "&a [*a]",
        ]
        + ["- {id: 2020-13-45}", "- {id: " + "9" * 9_000 + "}", "? [a]\n: 1", "\ta: 1", "- {id: ["]
    )
    path = chance.choice(["bpmn/tiny/clauses.yaml", "bpmn/tiny/invariants.yaml"])
    return plain() | {path: text.encode()}


def other_tool(chance: Chance) -> Files:
    """Return what other tools would run, under their own and under lying namespaces."""
    space = chance.choice(
        ["http://camunda.org/schema/1.0/bpmn", "http://flowable.org/bpmn", "urn:liancheng:bpmn:3"]
        + ["http://www.jboss.org/drools", "http://camunda.org/schema/zeebe/1.0"]
    )
    word = chance.choice(["class", "delegateExpression", "script", "formKey", "assignee"])
    return changed(BPMN, 'id="ask"', f'id="ask" xmlns:o="{space}" o:{word}="x"')


HOSTILE: list[Callable[[Chance], Files]] = [
    *(doctype, script, foreign, unknown_extension, timer, cardinality, too_many_nodes),
    *(twice_the_same, odd_id, odd_name, escape, foreign_call, foreign_service, endless, deep, torn),
    *(odd_table, odd_decision, odd_type, odd_component, odd_words, odd_key, huge_form, odd_json),
    *(crowd, odd_yaml, other_tool),
]


def honest(chance: Chance) -> Files:
    """Return what a process owner draws: other names, other limits, a few more questions."""
    text = DIAGRAM.replace("填写", chance.choice(["填写申请", "提出（首次）", "金额 &lt; 5 万元"]))
    text = text.replace("P5D", chance.choice(["P1D", "P30D", "PT12H", "PT90M"]))
    code = chance.choice(["UTF-8", "UTF-16", "GB18030"])
    body = text.replace('encoding="UTF-8"', f'encoding="{code}"').encode(code.lower())
    extra = [
        {"type": "textfield", "key": f"q{n}", "label": f"第{n}项"}
        for n in range(chance.randrange(9))
    ]
    return plain() | {BPMN: body, FORM: form_of(*extra)}


def looked_at(files: Files) -> tuple[str, float]:
    """Return what is found wrong, "" if nothing is, and the seconds that it took to tell."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        text = yaml.safe_dump(SETTINGS, allow_unicode=True)
        (root / "bpmn/tiny/jurisdiction.yaml").write_text(text, encoding="utf-8")
        shipped = Settings.from_env({})
        shutil.copytree(shipped.bpmn_root / "shared", root / "bpmn/shared")
        settings = replace(shipped, bpmn_root=root / "bpmn", forms_root=root / "forms")
        start = time.perf_counter()
        found = check_folder(root / "bpmn/tiny", settings)
        taken = time.perf_counter() - start
    errors = [f"{row['rule']}: {row['message']}" for row in found if row["severity"] == "error"]
    return "; ".join(errors)[:300], taken


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    print_rows(HOSTILE, honest, looked_at)
