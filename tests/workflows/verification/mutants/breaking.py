"""Edits that break the law: each knows which clause it breaks, and how far it goes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from tests.workflows.verification.mutants import law
from tests.workflows.verification.mutants.edits import CannotEdit, Draft, Edit, Level, own, tag

_RARE = '=case.number = "0"'
_LONG = {"userTask", "callActivity", "subProcess"}


@dataclass(frozen=True)
class Mutant:
    """An edit of one procedure. ``clauses`` are those it breaks; none: it is harmless."""

    kind: str
    procedure: str
    name: str
    edit: Edit = field(compare=False)
    clauses: tuple[str, ...] = ()

    @property
    def jurisdiction(self) -> str:
        return self.procedure.partition(".")[0]

    @property
    def id(self) -> str:
        return f"{self.kind}: {self.procedure} {self.name}"


def all_breaking() -> Iterator[Mutant]:
    for step in law.STEPS:
        yield from _of_step(step)
    yield from _orders()
    yield from _actors()
    yield from _separations()
    yield from _absent()
    yield from _notices()
    yield from _signers()
    yield from _waivers()
    yield from _hard_rules()
    yield from _registers()
    yield from _parameters()
    yield from _durations()


# ways around a step

# Who asks the opposite of whether a case is accepted also sends accepted ones to the end for those
# that have lapsed, without a word to the applicant.
_ALSO = {
    (kind, "completeness"): ("C-INV-09b",)
    for kind in ("condition negated", "default swapped", "condition widened")
}


def _of_step(step: law.Step) -> Iterator[Mutant]:
    where = step.node if step.process == step.procedure else f"{step.process}/{step.node}"

    def made(kind: str, edit, name: str = "") -> Mutant:
        def on(draft: Draft) -> None:
            edit(draft.level(step.process, step.node))

        more = _ALSO.get((kind, step.node), ())
        return Mutant(kind, step.procedure, f"{where}{name}", on, step.clauses + more)

    yield made("remove", lambda level: level.remove(step.node, step.onto))
    yield made("bypass", lambda level: level.skip(step.node, step.onto, _RARE))
    yield made("time-out", lambda level: _time_out(level, step))
    if step.choice is not None:
        yield made("outcome ignored", lambda level: _ignore(level, step))
        yield made("condition widened", lambda level: _widen(level, step))
        yield made("condition negated", lambda level: _negate(level, step))
        yield made("default swapped", lambda level: _swap_default(level, step))


def _time_out(level: Level, step: law.Step) -> None:
    kind = etree.QName(level.node(step.node)).localname
    if kind not in _LONG:
        raise CannotEdit("goes on by itself")
    if step.node in {
        "sign_agreement",
        "completeness_check",
        "panel_conclusion",
        "joint_minutes",
        "superior_decision",
        "record_site_visit",
        "acknowledge_handoff",
    }:
        raise CannotEdit("what follows still asks for its outcome")  # fmt: skip
    level.timeout(step.node, step.onto)


def _good(level: Level, step: law.Step) -> etree._Element:
    return level.flow(step.choice, step.onto)


def _ignore(level: Level, step: law.Step) -> None:
    """Let every outcome lead on."""
    good = _good(level, step)
    for flow in level.out_of(step.choice):
        if flow is not good:
            level.turn(flow, step.onto)
    level.prune()


def _asked(level: Level, step: law.Step) -> tuple[etree._Element, str]:
    good = _good(level, step)
    found = good.find(tag("conditionExpression"))
    if found is None or not found.text:
        raise CannotEdit("the good way is the default")
    return good, found.text.strip().removeprefix("=")


def _widen(level: Level, step: law.Step) -> None:
    good, asked = _asked(level, step)
    level.condition(good, f"={asked} or case.number != null")


def _negate(level: Level, step: law.Step) -> None:
    good, asked = _asked(level, step)
    level.condition(good, f"=not({asked})")


def _swap_default(level: Level, step: law.Step) -> None:
    """Go on unless something rare holds."""
    good, gateway = _good(level, step), level.node(step.choice)
    if gateway.get("default") == good.get("id"):
        for flow in level.out_of(step.choice):
            if flow is not good:
                level.condition(flow, _RARE)
        return
    for flow in level.out_of(step.choice):
        if flow.get("id") == gateway.get("default"):
            level.condition(flow, _RARE)
    level.condition(good, None)
    gateway.set("default", good.get("id"))


# order, people


def _orders() -> Iterator[Mutant]:
    for procedure, process, first, second, clauses in law.ORDERS:

        def edit(draft: Draft, process=process, first=first, second=second) -> None:
            draft.level(process, first).swap(first, second)

        yield Mutant("reorder", procedure, f"{first} ⇄ {second}", edit, tuple(clauses.split()))


_ROLES = (
    "lead_operator", "authority_clerk", "authority_reviewer", "authority_leader", "superior_body",
    "third_party_operator", "territory_reviewer", "drafter", "task_force_clerk", "cosigner",
)  # fmt: skip


def _actors() -> Iterator[Mutant]:
    for procedure, process, node, roles, clauses in law.ACTORS:
        for role in _ROLES:
            if role in roles.split():
                continue

            def edit(draft: Draft, process=process, node=node, role=role) -> None:
                _give(draft, draft.level(process, node), node, role)

            yield Mutant("lane", procedure, f"{node} → {role}", edit, tuple(clauses.split()))


def _give(draft: Draft, level: Level, node: str, role: str) -> None:
    """Move a node to the lane of a role; draw the lane if there is none of that role."""
    if b'"' + role.encode() + b'"' not in draft.files["procedure.json"]:
        raise CannotEdit("no such role here")
    lanes = level.lanes()
    lane = next((each for each in lanes if each.get(own("role")) == role), None)
    if lane is None:
        lane = etree.SubElement(lanes[0].getparent(), tag("lane"), id=f"lane_new_{role}")
        lane.set(own("role"), role)
    level.node(node).attrib.pop(own("role"), None)
    level.lane(node, lane.get("id"))


def _separations() -> Iterator[Mutant]:
    for procedure, process, node, clauses in law.SEPARATIONS:

        def edit(draft: Draft, process=process, node=node) -> None:
            del draft.level(process, node).node(node).attrib[own("separateFrom")]

        yield Mutant("duties joined", procedure, node, edit, tuple(clauses.split()))


# what is not there, what is told


def _absent() -> Iterator[Mutant]:
    for procedure, clause, codes, places in law.ABSENT:
        for code in codes.split():
            for place in places.split():

                def edit(draft: Draft, procedure=procedure, code=code, place=place) -> None:
                    level = draft.level(procedure, place)
                    made = level.copy(place, "step_added")
                    made.set(own("activityCode"), code)
                    made.set("name", "增加的环节")
                    level.before(place, made)

                more = ("YRD-INV-04b",) if clause == "YRD-INV-04b" else ()
                yield Mutant("step added", procedure, f"{code} at {place}", edit, (clause, *more))


def _notices() -> Iterator[Mutant]:
    clauses = ("C-INV-09", "C-INV-09b")
    for procedure, process, node in law.NOTICES:

        def remove(draft: Draft, process=process, node=node) -> None:
            level = draft.level(process, node)
            level.remove(node)

        def skip(draft: Draft, process=process, node=node) -> None:
            level = draft.level(process, node)
            level.skip(node, level.next(node), _RARE)

        yield Mutant("notice removed", procedure, node, remove, clauses)
        yield Mutant("notice bypassed", procedure, node, skip, clauses)


def _applications() -> Iterator[str]:
    yield from law.HARD


def _signers() -> Iterator[Mutant]:
    clauses = ("C-INV-03", "LG-INV-01", "LJ-INV-03")
    lead = (
        "=[{party_id: case.parties.lead_operator.id, unit_name: case.parties.lead_operator.name}]"
    )
    for procedure in _applications():
        process, units = procedure, "intent.members.units"
        if procedure == "yrd.application":
            process, units = "yrd.formation", "partners.units"
        for name, value in (("without the lead", f"={units}"), ("without members", lead)):

            def edit(draft: Draft, process=process, value=value) -> None:
                call = draft.level(process, "agreement").node("agreement")
                [given] = [i for i in call.iter(own("input")) if i.get("name") == "signers"]
                given.set("value", value)

            yield Mutant("party dropped", procedure, name, edit, clauses)

        def first(draft: Draft) -> None:
            _loop(draft, "shared.agreement_signing", "sign_agreement").set(
                "collection", "=[signers[1]]"
            )

        yield Mutant("party dropped", procedure, "only the first signs", first, clauses)


def _loop(draft: Draft, process: str, node: str) -> etree._Element:
    return next(draft.level(process, node).node(node).iter(own("loop")))


def _waivers() -> Iterator[Mutant]:
    clauses = ("C-INV-06", "C-INV-06b", "NB-INV-04b", "C-INV-05")
    wider = (
        "=rules.hits",
        "=rules.hits[strength != null]",
        '=rules.hits[strength = "HARD"]',
        '=rules.hits[strength = "SOFT" or curable = true]',
    )
    for procedure in _applications():
        for collection in wider:

            def edit(draft: Draft, collection=collection) -> None:
                loop = _loop(draft, "shared.eligibility", "waive_soft_rules")
                loop.set("collection", collection)

            yield Mutant("waiver widened", procedure, collection, edit, clauses)


def _hard_rules() -> Iterator[Mutant]:
    for procedure, numbers in law.HARD.items():
        prefix = law.PREFIX[procedure.partition(".")[0]]
        for number in numbers.split():
            name = f"{prefix}-E-{number}"

            def edit(draft: Draft, name=name) -> None:
                _unlock(draft, name)

            clauses = ("C-INV-06b", "NB-INV-04b")
            yield Mutant("hard rule unlocked", procedure, name, edit, clauses)


def _unlock(draft: Draft, rule_id: str) -> None:
    done = 0
    for path in [p for p in draft.files if p.endswith("_eligibility.dmn")]:
        for rule in (e for e in draft.tree(path).iter() if etree.QName(e).localname == "rule"):
            texts = [t for t in rule.iter() if etree.QName(t).localname == "text"]
            if any(t.text == f'"{rule_id}"' for t in texts):
                for text in texts:
                    if text.text == '"HARD"':
                        text.text, done = '"SOFT"', done + 1
    if not done:
        raise CannotEdit(rule_id)


# registers, numbers


def _registers() -> Iterator[Mutant]:
    places = (
        ("lingang.application", "lingang.certification", "enter_register", "certification", "LG"),
        (
            "liangjiang.application",
            "shared.decision_registration",
            "enter_register",
            "decision",
            "LJ",
        ),
        ("baoshan.application", "shared.decision_registration", "enter_register", "decision", "BS"),
        ("ningbo.application", "ningbo.application", "enter_register", "enter_register", "NB"),
        ("yrd.application", "yrd.application", "register", "register", "YRD"),
    )
    for procedure, process, node, step, prefix in places:

        def twice(draft: Draft, process=process, node=node) -> None:
            level = draft.level(process, node)
            gateway = level.add("exclusiveGateway", "gw_again", node)
            level.after(node, gateway)
            [out] = level.out_of("gw_again")
            gateway.set("default", out.get("id"))
            level.connect("gw_again", node, _RARE)

        def refused(draft: Draft, procedure=procedure, step=step) -> None:
            level = draft.level(procedure, "refusal")
            [flow] = level.out_of("refusal")
            level.turn(flow, step)
            level.prune()

        more = {
            "LG": "LG-INV-03 LG-INV-03b C-INV-04",
            "LJ": "LJ-INV-01 LJ-INV-08",
            "BS": "BS-INV-01 BS-INV-12b",
            "NB": "NB-INV-01 NB-INV-02 C-INV-07",
            "YRD": "C-INV-07 YRD-INV-02",
        }[prefix]
        yield Mutant("registered twice", procedure, node, twice, (f"{prefix}-UNIQ-01",))
        yield Mutant(
            "registered after refusal", procedure, step, refused, ("C-INV-08", *more.split())
        )


def _parameters() -> Iterator[Mutant]:
    for procedure, key, value, clause in law.PARAMETERS:

        def edit(draft: Draft, key=key, value=value) -> None:
            draft.profile(key, value)

        yield Mutant("parameter", procedure, f"{key} = {value}", edit, (clause,))
    for procedure, key, clause in (law.DEPARTMENTS, law.PROVINCES):
        for number in range(4):

            def drop(draft: Draft, key=key, number=number) -> None:
                listed = list(draft.parameter(key))
                del listed[number]
                draft.profile(key, listed)

            yield Mutant(
                "department or province dropped", procedure, f"{key} {number}", drop, (clause,)
            )


def _durations() -> Iterator[Mutant]:
    for procedure, clause in (
        ("liangjiang.application", "LJ-INV-02"),
        ("baoshan.application", "BS-INV-12"),
        ("baoshan.publicity_list", "BS-INV-12"),
    ):
        for name, change in _SHORTER.items():

            def edit(draft: Draft, change=change) -> None:
                level = draft.level("shared.publicity", "publicity_ends")
                change(level.node("publicity_ends"))

            yield Mutant("shortened", procedure, name, edit, (clause,))


def _due(**changes: str):
    def change(node: etree._Element) -> None:
        [due] = node.iter(own("due"))
        for key, value in changes.items():
            due.set(key.rstrip("_"), value)

    return change


def _without_due(node: etree._Element) -> None:
    [due] = node.iter(own("due"))
    due.getparent().remove(due)


def _timer(text: str):
    def change(node: etree._Element) -> None:
        [date] = node.iter(tag("timeDate"))
        date.text = text

    return change


_SHORTER = {
    "natural days": _due(unit="calendar_days"),
    "no day at all": _due(amount="0"),
    "from what people write": _due(from_="=notice.starts_on"),
    "two days before the end": _timer('=date and time(task.due_at) - duration("P2D")'),
    "no limit": _without_due,
}
