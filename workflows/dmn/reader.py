"""From XML to a model: DMN 1.3, 1.4 and 1.5 as editors write it. Layout is ignored.

Everything is parsed here, so that a model with a faulty cell is refused before it is used.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from workflows.dmn.boxed_reader import BoxedReader
from workflows.dmn.elements import Element, Elements, open_file, words
from workflows.dmn.errors import DmnError
from workflows.dmn.itemtypes import ItemType
from workflows.dmn.model import Decision, InputData, Knowledge, Needs, Reference, Service
from workflows.dmn.models import Model
from workflows.dmn.requirements import check_requirements
from workflows.dmn.type_reader import Types

_REQUIREMENTS: Final = {
    "informationRequirement": ("requiredDecision", "requiredInput"),
    "knowledgeRequirement": ("requiredKnowledge",),
}
Imports = Mapping[str, Model]


def read(xml: bytes, imports: Imports) -> Model:
    """Return the model; ``imports`` are those it may import, by namespace. Raises DmnError."""
    root, namespace = open_file(xml)
    reader = _Reader(root, namespace, imports)
    model = reader.model()
    check_requirements(model)
    return model


class _Reader:
    def __init__(self, root: Element, namespace: str, imports: Imports) -> None:
        self._root = root
        self._imported = dict(_imported(root, namespace, imports))
        more = {name for model in self._imported.values() for name in model.element_names()}
        self._source = Elements(root, namespace, frozenset(more))
        self._names = {model.namespace: name for name, model in self._imported.items()}
        self._types = Types(self._source, dict(self._imported_types()))

    def _imported_types(self) -> Iterator[tuple[str, ItemType]]:
        for name, model in self._imported.items():
            for type_name, kind in model.types.items():
                yield (f"{name}.{type_name}" if name else type_name), kind

    def model(self) -> Model:
        source, root = self._source, self._root
        decisions = [self._decision(each) for each in source.all(root, "decision")]
        inputs = [self._input(each) for each in source.all(root, "inputData")]
        knowledge = [self._knowledge(each) for each in source.all(root, "businessKnowledgeModel")]
        services = [self._service(each) for each in source.all(root, "decisionService")]
        return Model(
            words(root.get("name")),
            str(root.get("namespace") or ""),
            {each.id: each for each in decisions},
            {each.id: each for each in inputs},
            {each.id: each for each in knowledge},
            {each.id: each for each in services},
            self._imported,
            self._types.own,
            tuple(source.tables),
            tuple(self._types.unknown),
        )

    def _decision(self, element: Element) -> Decision:
        decision_id = self._source.id(element, "")
        variable = self._source.one(element, "variable")
        name = words(element.get("name")) or decision_id
        boxed = BoxedReader(self._source, self._types, decision_id)
        needs = self._needs(element)
        return Decision(
            decision_id,
            name,
            words(variable.get("name")) if variable is not None else name,
            boxed.top(element),
            needs.decisions,
            needs,
            self._variable_type(element, decision_id) or boxed.type_of(element),
        )

    def _variable_type(self, element: Element, element_id: str) -> ItemType | None:
        variable = self._source.one(element, "variable")
        return None if variable is None else self._types.of(variable.get("typeRef"), element_id)

    def _input(self, element: Element) -> InputData:
        input_id = self._source.id(element, "")
        name = words(element.get("name"))
        variable = self._source.one(element, "variable")
        if variable is not None and variable.get("name"):
            name = words(variable.get("name"))
        return InputData(input_id, name or input_id, self._variable_type(element, input_id))

    def _knowledge(self, element: Element) -> Knowledge:
        knowledge_id = self._source.id(element, "")
        name = words(element.get("name")) or knowledge_id
        logic = self._source.one(element, "encapsulatedLogic")
        needs, kind = self._needs(element), self._variable_type(element, knowledge_id)
        if logic is None:
            return Knowledge(knowledge_id, name, (), None, needs, _given_by(kind))
        boxed = BoxedReader(self._source, self._types, knowledge_id)
        parameters = boxed.parameters(logic)
        self._source.name_parameters(frozenset(each.name for each in parameters))
        body = boxed.top(logic)
        self._source.name_parameters(frozenset())
        gives = _given_by(kind) or boxed.type_of(logic)
        return Knowledge(knowledge_id, name, parameters, body, needs, gives)

    def _service(self, element: Element) -> Service:
        service_id = self._source.id(element, "")
        kind = self._variable_type(element, service_id)
        return Service(
            service_id,
            words(element.get("name")) or service_id,
            tuple(self._local(element, "inputData", service_id)),
            tuple(self._local(element, "inputDecision", service_id)),
            tuple(self._local(element, "outputDecision", service_id)),
            _given_by(kind) or (kind if kind is not None and not kind.is_function else None),
        )

    def _local(self, element: Element, tag: str, service_id: str) -> Iterator[str]:
        for needed in self._source.all(element, tag):
            import_name, found = self._reference(needed)
            if import_name is not None:
                text = "决策服务只能包含本文件中的决策"
                raise DmnError("a service holds a foreign decision", text, service_id)
            yield found

    def _needs(self, element: Element) -> Needs:
        found: dict[str, list[str]] = {tag: [] for tags in _REQUIREMENTS.values() for tag in tags}
        foreign: list[Reference] = []
        for requirement, tags in _REQUIREMENTS.items():
            for each in self._source.all(element, requirement):
                for tag in tags:
                    for needed in self._source.all(each, tag):
                        import_name, element_id = self._reference(needed)
                        if import_name is None:
                            found[tag].append(element_id)
                        else:
                            foreign.append(Reference(import_name, element_id))
        return Needs(
            tuple(found["requiredDecision"]),
            tuple(found["requiredInput"]),
            tuple(found["requiredKnowledge"]),
            tuple(foreign),
        )

    def _reference(self, element: Element) -> tuple[str | None, str]:
        """Return the import name (None: this file) and id that an ``href`` points to."""
        namespace, _, element_id = str(element.get("href") or "").rpartition("#")
        if not namespace or namespace == self._root.get("namespace"):
            return None, element_id
        return self._names.get(namespace, namespace), element_id


def _given_by(kind: ItemType | None) -> ItemType | None:
    """Return what a function's type says it gives."""
    return kind.gives if kind is not None and kind.is_function else None


def _imported(root: Element, namespace: str, imports: Imports) -> Iterator[tuple[str, Model]]:
    """Yield the models that a file imports, by name. Raises DmnError for one not at hand."""
    for element in root.findall(f"{{{namespace}}}import"):
        name, wanted = words(element.get("name")), str(element.get("namespace") or "")
        model = imports.get(wanted)
        if model is None:
            raise DmnError(
                f"the import {wanted[:200]} is not at hand",
                f"不支持引用其他模型文件“{name or wanted[:80]}”,请把用到的决策放进同一文件",
                name,
            )
        yield name, model
