"""What one step may do with the fields of its form: 可编辑 (no entry), 只读, 隐藏.

A definition restricted to a step is a definition again: hidden components are gone, those that
are only read carry a mark, so that whatever draws, checks or prints it needs to know no more.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from forms.components import CONTAINERS, INPUTS

Access = Mapping[str, str]  # path of a field (members[].uscc) -> READONLY or HIDDEN
Component = Mapping[str, Any]

READONLY: Final = "readonly"
HIDDEN: Final = "hidden"
WORDS: Final[Mapping[str, str]] = MappingProxyType({READONLY: "只读", HIDDEN: "隐藏"})
MARK: Final = "access"  # our property on a component that is only read here

_LEFT_TO_OTHERS: Final = frozenset({"validate", "defaultValue"})  # nothing is answered here


def restricted(definition: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """Return a definition as a step sees it. A word that is not known hides, as the safer."""
    components = list(_level(definition["components"], "", access, is_held=False))
    ours = _offering(definition["liancheng"], frozenset(_answered(components)))
    return {**definition, "components": components, "liancheng": ours}


def _offering(ours: Mapping[str, Any], answered: frozenset[str]) -> Mapping[str, Any]:
    """Return what the form says of itself, with the one-click answers that the step may give."""
    offer = ours.get("oneClick")
    if offer is None:
        return ours
    choices = [each for each in offer["choices"] if each["answers"].keys() <= answered]
    others = {key: value for key, value in ours.items() if key != "oneClick"}
    return others | ({"oneClick": {**offer, "choices": choices}} if choices else {})


def _answered(components: Iterable[Component]) -> Iterator[str]:
    """Yield the keys at the top that the step answers, wholly."""
    for each in components:
        name = each.get("key") or each.get("path")
        if name is None:
            yield from _answered(each.get("components", ()))
        elif not is_marked(each):
            yield name


def _level(
    components: Iterable[Component], prefix: str, access: Access, *, is_held: bool
) -> Iterator[Component]:
    for component in components:
        name = component.get("key") or component.get("path")
        word = access.get(f"{prefix}{name}") if name else None
        if word is not None and word != READONLY:
            continue
        shown = _shown(component, prefix, access, is_held=is_held or word == READONLY)
        if shown is not None:
            yield shown


def _shown(component: Component, prefix: str, access: Access, *, is_held: bool) -> Component | None:
    """Return a component as it is shown; None for a frame that has lost all it held."""
    kind = component["type"]
    if kind in CONTAINERS:
        return _container(component, prefix, access, is_held=is_held)
    return _held(component) if is_held and kind in INPUTS else component


def _container(
    component: Component, prefix: str, access: Access, *, is_held: bool
) -> Component | None:
    path = component.get("path")
    inner = (
        f"{prefix}{path}{'[]' if component['type'] == 'dynamiclist' else ''}." if path else prefix
    )
    before = component.get("components", [])
    after = list(_level(before, inner, access, is_held=is_held))
    if _asks(before) and not _asks(after):
        return None
    whole = {**(_held(component) if is_held and path else component), "components": after}
    if component["type"] == "dynamiclist" and any(map(is_marked, after)):
        whole["allowAddRemove"] = False  # a row more would have nothing to read
    return whole


def _held(component: Component) -> Component:
    """Mark a component as read only; one that the system itself shows stays as it is."""
    if component.get("readonly"):
        return component
    kept = {key: value for key, value in component.items() if key not in _LEFT_TO_OTHERS}
    properties = {**component.get("properties", {}), MARK: READONLY}
    is_input = component["type"] in INPUTS
    return kept | {"properties": properties} | ({"readonly": True} if is_input else {})


def is_marked(component: Component) -> bool:
    """Tell whether a component is only read here, or a part of it is."""
    if component.get("properties", {}).get(MARK) == READONLY:
        return True
    return component["type"] != "dynamiclist" and any(
        map(is_marked, component.get("components", ()))
    )


def _asks(components: Iterable[Component]) -> bool:
    """Tell whether anything among the components is a place for an answer."""
    return any(each["type"] in INPUTS or _asks(each.get("components", ())) for each in components)
