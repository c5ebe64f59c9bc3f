"""Layer 1, data keys: every node writes under a name of its own that expressions can read."""

from collections.abc import Iterator
from itertools import combinations

from workflows.diagrams import Node, Process
from workflows.verification import graphs
from workflows.verification.documents import Documents, Writer
from workflows.verification.subjects import Findings, Subject, label

RESERVED = frozenset(
    {"round", "key", "item", "by", "at", "outcome", "task", "message"}
    | {"profile", "case", "legal_basis"}
)
_RESERVED_ITEMS = frozenset({"profile", "case", "legal_basis", "task"})
_WORDS = frozenset(
    {"true", "false", "null", "if", "then", "else", "for", "in", "return", "some", "every"}
    | {"satisfies", "and", "or", "not", "between", "instance", "of", "function"}
)
_SPLITTING = frozenset({"parallelGateway", "inclusiveGateway"})
_MAX_LENGTH = 64


def check(subject: Subject) -> Findings:
    """Check the keys of every process."""
    documents = Documents(subject)
    for process in subject.processes.values():
        for node in process.nodes.values():
            yield from _words(subject, node)
            yield from _overwritten_inputs(subject, documents, node)
        yield from _shared(subject, process, documents.writers(process))


def _words(subject: Subject, node: Node) -> Findings:
    if node.data_key is not None:
        yield from _word(subject, node, "数据键", node.data_key, RESERVED)
    if node.loop is not None:
        yield from _word(subject, node, "多实例元素名", node.loop.item, _RESERVED_ITEMS)
    for name in node.inputs:
        if not _is_name(name):
            text = f"输入名“{name}”不合规：须为字母、数字、下划线或汉字，不以数字开头"
            yield subject.error("structure.input-name", node, text)


def _word(
    subject: Subject, node: Node, place: str, name: str, reserved: frozenset[str]
) -> Findings:
    if name in reserved:
        text = f"{place}“{name}”是系统保留的名称，请换一个"
        yield subject.error("structure.data-key-reserved", node, text)
    elif not _is_name(name):
        text = f"{place}“{name}”不合规：须为字母、数字、下划线或汉字，不以数字开头"
        yield subject.error("structure.data-key", node, text)


def _is_name(text: str) -> bool:
    return text.isidentifier() and text not in _WORDS and len(text) <= _MAX_LENGTH


def _overwritten_inputs(subject: Subject, documents: Documents, node: Node) -> Findings:
    called = subject.processes.get(node.called or "")
    if called is None:
        return
    for writer in documents.writers(called):
        if not writer.frame and writer.key in node.inputs:
            text = f"输入“{writer.key}”与被调用流程里{label(writer.node)}的数据键相同，会互相覆盖"
            yield subject.warning("structure.input-overwritten", node, text)


def _shared(subject: Subject, process: Process, writers: tuple[Writer, ...]) -> Findings:
    """Report nodes that write one key: at the same time an error, else a warning."""
    together = _Together(process)
    for one, other in combinations(writers, 2):
        if (one.frame, one.key) != (other.frame, other.key) or one.node is other.node:
            continue
        if _is_trigger(one.node) or _is_trigger(other.node) or together.are(one.node, other.node):
            text = f"与{label(one.node)}可能同时写入数据键“{one.key}”，请换一个"
            yield subject.error("structure.data-key-race", other.node, text)
        else:
            text = f"与{label(one.node)}写入同一个数据键“{one.key}”，后写的会覆盖先写的"
            yield subject.warning("structure.data-key-shared", other.node, text)


def _is_trigger(node: Node) -> bool:
    return node.kind == "startEvent" and bool(node.path)


class _Together:
    """Tells which nodes of a process can be under way at the same time."""

    def __init__(self, process: Process) -> None:
        self._pairs = [pair for branches in _splits(process) for pair in combinations(branches, 2)]

    def are(self, one: Node, other: Node) -> bool:
        """Tell whether one is only on this branch and the other only on that."""
        return any(
            (one.id in a - b and other.id in b - a) or (one.id in b - a and other.id in a - b)
            for a, b in self._pairs
        )


def _splits(process: Process) -> Iterator[list[set[str]]]:
    """Yield for each split its branches: what each of them can reach without the split."""
    arrows = graphs.control(process)
    for node in process.nodes.values():
        if node.kind in _SPLITTING:
            targets = arrows.after.get(node.id, set())
            yield [arrows.reach([target], frozenset({node.id})) for target in targets]
        if node.kind == "boundaryEvent" and not node.is_interrupting and node.attached_to:
            host = node.attached_to
            yield [
                arrows.reach([node.id]),
                arrows.reach([host], frozenset({node.id})),
            ]
