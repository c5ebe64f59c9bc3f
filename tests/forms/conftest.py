"""Builders for forms and the errors of answers."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from forms import CompiledForm, FormInvalidError, compile_form

FormBuilder = Callable[..., CompiledForm]


def definition_of(*components: Mapping[str, Any], checks: Any = ()) -> dict[str, Any]:
    """A whole definition around ``components``."""
    return {
        "id": "T-1",
        "type": "default",
        "schemaVersion": 19,
        "liancheng": {"title": "测试表", "checks": list(checks)},
        "components": list(components),
    }


@pytest.fixture
def define() -> Callable[..., dict[str, Any]]:
    """Give the builder of definitions."""
    return definition_of


@pytest.fixture
def a_form() -> FormBuilder:
    """Give the builder of compiled forms."""
    return lambda *components, checks=(): compile_form(definition_of(*components, checks=checks))


@pytest.fixture
def errors() -> Callable[..., dict[str, list[str]]]:
    """Give a function that submits answers and returns the errors by path."""

    def submit(
        form: CompiledForm, answers: Any, scope: Mapping[str, Any] | None = None
    ) -> dict[str, list[str]]:
        try:
            form.check(answers, scope or {})
        except FormInvalidError as error:
            return error.fields
        return {}

    return submit
