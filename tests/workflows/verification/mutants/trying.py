"""Makes an edit and asks the check what it says."""

from dataclasses import dataclass

from tests.workflows.verification.mutants.breaking import Mutant
from tests.workflows.verification.mutants.edits import CannotEdit, Draft
from tests.workflows.verification.mutants.judging import judge, shipped


@dataclass(frozen=True)
class Result:
    """``fits``: the edit can be made at all. ``named``: what the errors name, the first first."""

    mutant: Mutant
    fits: bool
    named: tuple[str, ...] = ()
    first: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.named)

    @property
    def is_named_first(self) -> bool:
        return bool(self.named) and self.named[0] in self.mutant.clauses


def tried(mutant: Mutant) -> Result:
    draft = Draft(shipped()[mutant.procedure])
    try:
        mutant.edit(draft)
    except CannotEdit:
        return Result(mutant, fits=False)
    verdict = judge(draft.done())
    first = verdict.errors[0].message[:90] if verdict.errors else ""
    return Result(mutant, True, tuple(verdict.named), first)
