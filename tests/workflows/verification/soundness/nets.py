"""Small models of the token game, drawn by hand or by chance."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.diagrams import Event, Flow, Node, Process

_KINDS = {"s": "startEvent", "e": "endEvent", "x": "exclusiveGateway", "a": "parallelGateway"}
_KINDS |= {"o": "inclusiveGateway", "g": "eventBasedGateway", "t": "userTask", "v": "serviceTask"}
_KINDS |= {"c": "intermediateCatchEvent", "b": "boundaryEvent", "p": "subProcess"}


def kind_of(node_id: str) -> str:
    """Return what an id stands for by its first letter: s e x a o g t v c b p."""
    return _KINDS[node_id[0]]


def net(
    flows: str,
    hosts: Mapping[str, str] = {},  # noqa: B006
    *,
    reminding: tuple[str, ...] = (),
    ends: Mapping[str, str] = {},  # noqa: B006
    beside: Mapping[str, bool] = {},  # noqa: B006
    defaults: Mapping[str, str] = {},  # noqa: B006
) -> Process:
    """Return a process from arrows, ``s>t1>x1>e;x1>t1``, nodes by the first letter of their ids.

    ``hosts`` are boundary events and what they are attached to, ``reminding`` those that do not
    interrupt; ``ends`` are kinds of end events (terminate, error); ``beside`` event subprocesses
    and whether they interrupt, ``defaults`` the target of a gateway's default flow.
    """
    arrows = [
        pair
        for chain in flows.split(";")
        for pair in zip(chain.split(">"), chain.split(">")[1:], strict=False)
    ]
    drawn = {
        f"f{number}_{source}_{target}": (source, target)
        for number, (source, target) in enumerate(arrows)
    }
    found = {}
    for node_id in dict.fromkeys([*(n for pair in arrows for n in pair), *hosts]):
        found[node_id] = Node(
            node_id,
            kind_of(node_id),
            node_id,
            "net",
            attached_to=hosts.get(node_id),
            is_interrupting=node_id not in reminding,
            event=Event(ends[node_id], error_code="NO") if node_id in ends else Event("message"),
            default_flow=_default(drawn, node_id, defaults.get(node_id)),
        )
    for node_id, interrupts in beside.items():
        found |= _beside(node_id, interrupts=interrupts)
        drawn[f"f_{node_id}"] = (f"s_{node_id}", f"t_{node_id}")
        drawn[f"g_{node_id}"] = (f"t_{node_id}", f"e_{node_id}")
    conditional = {"exclusiveGateway", "inclusiveGateway"}
    return Process(
        "net",
        "",
        found,
        {
            key: Flow(key, a, b, "", "=x" if found[a].kind in conditional else None, "net")
            for key, (a, b) in drawn.items()
        },
        {},
    )


def _default(drawn: Mapping[str, tuple[str, str]], source: str, target: str | None) -> str | None:
    return next((key for key, pair in drawn.items() if pair == (source, target)), None)


def _beside(node_id: str, *, interrupts: bool) -> dict[str, Node]:
    path = (node_id,)
    return {
        node_id: Node(node_id, "subProcess", node_id, "net", is_event_subprocess=True),
        f"s_{node_id}": Node(
            f"s_{node_id}",
            "startEvent",
            "",
            "net",
            path,
            event=Event("message"),
            is_interrupting=interrupts,
        ),
        f"t_{node_id}": Node(f"t_{node_id}", "userTask", "", "net", path),
        f"e_{node_id}": Node(f"e_{node_id}", "endEvent", "", "net", path, event=Event("none")),
    }


@dataclass
class Drawing:
    """Draws a block-structured model by chance, then spoils some of its gateways."""

    chance: random.Random
    arrows: list[tuple[str, str]] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    reminding: list[str] = field(default_factory=list)
    count: int = 0

    def process(self) -> Process:
        """Return the model."""
        first, last = self._block(self.chance.randint(1, 3))
        self.arrows += [("s", first), (last, "e")]
        self._spoil()
        text = ";".join(f"{a}>{b}" for a, b in self.arrows)
        ends = {"e2": "terminate"} if any(b == "e2" for _a, b in self.arrows) else {}
        return net(text, self.hosts, reminding=tuple(self.reminding), ends={"e": "none"} | ends)

    def _new(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count + 2}"

    def _block(self, depth: int) -> tuple[str, str]:
        kind = self.chance.choice("ttsgaxxol") if depth else "t"
        if kind == "t":
            return self._task()
        if kind == "s":
            (a, b), (c, d) = self._block(depth - 1), self._block(depth - 1)
            self.arrows.append((b, c))
            return a, d
        if kind == "l":
            return self._repeated(depth)
        return self._split(kind, depth)

    def _task(self) -> tuple[str, str]:
        task = self._new(self.chance.choice("ttv"))
        if self.chance.random() < 0.25:  # noqa: PLR2004
            event = self._new("b")
            self.hosts[event] = task
            if self.chance.random() < 0.4:  # noqa: PLR2004
                self.reminding.append(event)
                self.arrows.append((event, "e"))
            else:
                merge = self._new("x")
                self.arrows += [(task, merge), (event, merge)]
                return task, merge
        return task, task

    def _split(self, kind: str, depth: int) -> tuple[str, str]:
        if kind == "g":
            split, merge = self._new("g"), self._new("x")
            for _ in range(2):
                caught = self._new("c")
                self.arrows += [(split, caught), (caught, merge)]
            return split, merge
        split, merge = self._new(kind), self._new(kind)
        for _ in range(self.chance.randint(2, 3)):
            a, b = self._block(depth - 1)
            self.arrows += [(split, a), (b, merge)]
        return split, merge

    def _repeated(self, depth: int) -> tuple[str, str]:
        into, out = self._new("x"), self._new("x")
        a, b = self._block(depth - 1)
        self.arrows += [(into, a), (b, out), (out, into)]
        return into, out

    def _spoil(self) -> None:
        """Turn some gateways into others, or draw an arrow somewhere else."""
        for _ in range(self.chance.choice([0, 1, 1, 2, 2])):
            gateways = sorted({n for pair in self.arrows for n in pair if n[0] in "xao"})
            if not gateways:
                return
            if self.chance.random() < 0.7:  # noqa: PLR2004
                old = self.chance.choice(gateways)
                new = self.chance.choice("xao") + old[1:]
                self.arrows = [tuple(new if n == old else n for n in p) for p in self.arrows]  # type: ignore[misc]
            else:
                source = self.chance.choice(gateways)
                end = self.chance.choice(["e", "e2", *gateways])
                if end != source:
                    self.arrows.append((source, end))
