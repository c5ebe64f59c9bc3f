"""What the check says of an edited procedure."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import forms
from services.runtime import make_runtime
from services.service_tasks.catalogue import CATALOGUE
from services.settings import Settings
from workflows.bundles import Bundle, Library
from workflows.verification import Finding, check_bundle


@cache
def library() -> Library:
    folder = tempfile.mkdtemp()
    return make_runtime(Settings.from_env({"LIANCHENG_DATA_DIR": folder})).library


@cache
def shipped() -> Mapping[str, Bundle]:
    """Procedure id -> its bundle."""
    return {bundle.procedure_id: bundle for bundle in library().bundles()}


@dataclass(frozen=True)
class Verdict:
    """The errors found, in their order; none: the edit is let through."""

    errors: tuple[Finding, ...]

    @property
    def named(self) -> Iterator[str]:
        """The invariants named, or the rules broken, in order."""
        for each in self.errors:
            yield from _invariants_in(each)


def _invariants_in(finding: Finding) -> Iterator[str]:
    if finding.rule != "invariants.broken":
        yield finding.rule
        return
    yield finding.message.partition("违反不变式 ")[2].split("（")[0].split("：")[0]


def judge(bundle: Bundle) -> Verdict:
    compiled = dict(
        _compiled(sha256(data).hexdigest(), data) for data in bundle.under("forms").values()
    )
    found = check_bundle(bundle, compiled, CATALOGUE, library().assumptions.keys())
    return Verdict(tuple(each for each in found if each.severity == "error"))


_FORMS: dict[str, tuple[str, forms.CompiledForm]] = {}


def _compiled(name: str, data: bytes) -> tuple[str, forms.CompiledForm]:
    if name not in _FORMS:
        form = forms.compile_form(forms.parse(data))
        _FORMS[name] = (form.id, form)
    return _FORMS[name]
