"""Whether what the elements of a model require is there, and leads back to none of them."""

from collections.abc import Iterator
from typing import Final

from workflows.dmn.errors import DmnError
from workflows.dmn.model import Decision, Knowledge, Reference
from workflows.dmn.models import Model

_OPEN: Final = 1
_DONE: Final = 2


def check_requirements(model: Model) -> None:
    """Raises DmnError for a requirement that is missing, or a circle of them."""
    graph = {key: tuple(_required(model, key)) for key in _ids(model)}
    for key, needed in graph.items():
        missing = next((each for each in needed if each not in graph), None)
        if missing is not None:
            raise DmnError(f"it requires {missing}, which is not there", "所依赖的决策不存在", key)
    for reference, owner in _foreign(model):
        other = model.imported.get(reference.import_name)
        if other is None or not other.has(reference.element_id):
            text = f"所依赖的“{reference.element_id[:64]}”不在引用的模型中"
            raise DmnError("the import lacks what is required of it", text, owner)
    _check_circles(graph)


def _ids(model: Model) -> Iterator[str]:
    yield from (*model.decisions, *model.inputs, *model.knowledge, *model.services)


def _required(model: Model, key: str) -> Iterator[str]:
    element: Decision | Knowledge | None = model.decisions.get(key) or model.knowledge.get(key)
    if element is not None:
        needs = element.needs
        yield from (*needs.decisions, *needs.inputs, *needs.knowledge)
    service = model.services.get(key)
    if service is not None:
        yield from (*service.inputs, *service.outputs)


def _foreign(model: Model) -> Iterator[tuple[Reference, str]]:
    elements: list[Decision | Knowledge] = [*model.decisions.values(), *model.knowledge.values()]
    for element in elements:
        yield from ((reference, element.id) for reference in element.needs.imported)


def _check_circles(graph: dict[str, tuple[str, ...]]) -> None:
    """Go depth first without recursion: a chain may be thousands long."""
    state: dict[str, int] = {}
    for start in graph:
        waiting = [start]
        while waiting:
            here = waiting[-1]
            if here not in state:
                state[here] = _OPEN
                for each in graph[here]:
                    if state.get(each) == _OPEN:
                        raise DmnError("it requires itself", "决策之间循环依赖", each)
                    if each not in state:
                        waiting.append(each)
            else:
                waiting.pop()
                state[here] = _DONE
