"""A small model of a case's life, written from the rules alone, to compare the API with.

Knows five steps of an application, nothing of databases, engines or diagrams. Each act says
what must come back, a status and a code, and changes the model only when it is done.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

REVIEWERS = ("lj-reviewer", "lj-reviewer2")
AGENCY = (*REVIEWERS, "lj-clerk", "lj-owner")
LEAD, MEMBER, STRANGER = ("lead-op", "lead-rep"), ("upstream-op",), ("lj-finance",)
PEOPLE = (*AGENCY, *LEAD, *MEMBER, *STRANGER)
DOERS = {
    "scope_decision": REVIEWERS,
    "list_candidates": ("lead-op",),
    "intent": MEMBER,
    "confirm_members": ("lead-op",),
    "agreement_draft": ("lead-op",),
}
HARMLESS = {"case.reminded"}
Outcome = tuple[int, str | None]  # status and, of a refusal, its code
DONE: Outcome = (200, None)
MADE: Outcome = (201, None)
UNKNOWN: Outcome = (404, "NOT_FOUND")
FORBIDDEN: Outcome = (403, "NOT_ALLOWED")
TAKEN: Outcome = (409, "TASK_TAKEN")


@dataclass
class Question:
    """An opinion asked of a colleague."""

    asker: str
    person: str
    state: str = "OPEN"
    id: str = ""


@dataclass
class Job:
    """A task of the case, with what hangs on it. ``id`` is the API's, once seen there."""

    node: str
    status: str = "open"
    claimer: str | None = None
    winner: str | None = None
    prepares: tuple[str, str] | None = None  # who delegated it, and to whom
    questions: list[Question] = field(default_factory=list)
    drafts: dict[str, int] = field(default_factory=dict)  # versions
    id: str = ""

    @property
    def is_agency(self) -> bool:
        return self.node == "scope_decision"

    @property
    def colleagues(self) -> tuple[str, ...]:
        return AGENCY if self.is_agency else LEAD if DOERS[self.node] != MEMBER else MEMBER

    @property
    def asked(self) -> list[Question]:
        return [each for each in self.questions if each.state == "OPEN"]

    def admits(self, who: str) -> bool:
        """Tell whether somebody may decide it now."""
        return who in DOERS[self.node] and self.claimer in (None, who) and self.prepares is None

    def lets_draft(self, who: str) -> bool:
        return self.admits(who) or (self.prepares is not None and self.prepares[1] == who)


@dataclass
class Kept:
    """The case as it was before the last completion, and whether anything happened since."""

    job: int
    by: str
    jobs: list[Job]
    flags: tuple[bool, bool]
    opened: int
    is_touched: bool = False


@dataclass
class Life:
    """One application of the unit demo-lead from outside the area."""

    now: datetime
    jobs: list[Job] = field(default_factory=lambda: [Job("scope_decision")])
    story: list[tuple[str, str]] = field(default_factory=lambda: [("case.started", "lead-op")])
    is_finished: bool = False
    is_suspended: bool = False
    is_invited: bool = False
    has_members: bool = False
    reminded: dict[str, datetime] = field(default_factory=dict)
    kept: Kept | None = None

    # --- who sees what ---

    def sees(self, who: str) -> bool:
        return who in AGENCY + LEAD or (who in MEMBER and self.is_invited)

    def _note(self, what: str, who: str) -> None:
        self.story.append((what, who))
        if self.kept and what not in HARMLESS:
            self.kept.is_touched = True

    def _open(self, who: str, job: Job) -> Outcome | None:
        """Return why somebody cannot lay a task on their desk."""
        if not self.sees(who):
            return UNKNOWN
        return TAKEN if job.status != "open" else None

    # --- tasks ---

    def claim(self, who: str, job: Job) -> Outcome:
        if refusal := self._open(who, job):
            return refusal
        if not job.admits(who):
            return TAKEN if job.claimer not in (None, who) else FORBIDDEN
        if job.claimer != who:
            job.claimer = who
            self._note("task.claimed", who)
        return DONE

    def release(self, who: str, job: Job) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if job.claimer != who or job.status != "open":
            return 409, "CONFLICT"
        if job.prepares:
            return 409, "DELEGATION_OPEN"
        if job.asked:
            return 409, "COUNTERSIGN_OPEN"
        job.claimer = None
        self._note("task.released", who)
        return DONE

    def draft(self, who: str, job: Job, version: int | None) -> Outcome:
        if refusal := self._open(who, job):
            return refusal
        if not job.lets_draft(who):
            return FORBIDDEN
        has = job.drafts.get(who)
        if has is not None and version is not None and version != has:
            return 409, "DRAFT_STALE"
        job.drafts[who] = (has or 0) + 1
        self._touch(job)
        return DONE

    def _touch(self, job: Job) -> None:
        if self.kept and self.jobs.index(job) >= self.kept.opened:
            self.kept.is_touched = True

    def complete(self, who: str, job: Job, *, choice: str, is_valid: bool) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if job.status != "open":
            return TAKEN if job.status == "done" else (409, "TASK_CANCELLED")
        if not job.admits(who):
            return FORBIDDEN
        if self.is_suspended:
            return 409, "CASE_SUSPENDED"
        if job.asked:
            return 409, "COUNTERSIGN_OPEN"
        if not is_valid:
            return 422, "FORM_INVALID"
        number = self.jobs.index(job)
        flags = (self.is_invited, self.has_members)
        kept = Kept(number, who, deepcopy(self.jobs), flags, len(self.jobs))
        job.status, job.winner, job.drafts = "done", who, {}
        self._note("task.completed", who)
        self._go_on(job.node, choice)
        self.kept = kept
        return DONE

    def _go_on(self, node: str, choice: str) -> None:
        if node in {"scope_decision", "confirm_members"} and choice != "confirm":
            self.jobs.append(Job("list_candidates"))
        elif node == "confirm_members":
            self.jobs.append(Job("agreement_draft"))
        elif node == "list_candidates":
            self.jobs.append(Job("intent"))
            self.is_invited = True
        elif node == "intent":
            self.jobs.append(Job("confirm_members"))
            self.has_members = True

    def _end(self) -> None:
        self.is_finished, self.kept = True, None
        for job in self.jobs:
            if job.status == "open":
                job.status = "cancelled"

    def take_back(self, who: str, job: Job) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if job.status != "done" or job.winner != who:
            return FORBIDDEN
        kept = self.kept
        if kept is None or self.is_suspended or kept.is_touched or self.jobs[kept.job] is not job:
            return 409, "NOT_WITHDRAWABLE"
        self.jobs, (self.is_invited, self.has_members), self.kept = kept.jobs, kept.flags, None
        self.jobs[kept.job].drafts = {who: 0}  # its version is read from the API
        self._note("task.withdrawn", who)
        return DONE

    # --- sharing the work ---

    def _share(self, who: str, job: Job, *, is_internal: bool) -> Outcome | None:
        if refusal := self._open(who, job):
            return refusal
        if not job.admits(who) or (is_internal and not job.is_agency):
            return FORBIDDEN
        return None

    def transfer(self, who: str, job: Job, to: str) -> Outcome:
        if refusal := self._share(who, job, is_internal=False):
            return refusal
        if job.asked:
            return FORBIDDEN
        if to == who or to not in job.colleagues or to not in DOERS[job.node]:
            return 422, "INVALID"
        job.claimer = to
        self._note("task.transferred", who)
        return DONE

    def delegate(self, who: str, job: Job, to: str) -> Outcome:
        if refusal := self._share(who, job, is_internal=True):
            return refusal
        if to == who or to not in job.colleagues:
            return 422, "INVALID"
        job.claimer, job.prepares = who, (who, to)
        self._note("task.delegated", who)
        return MADE

    def hand_back(self, who: str, job: Job) -> Outcome:
        if refusal := self._prepared(who, job, place=1):
            return refusal
        assert job.prepares is not None
        job.drafts.setdefault(job.prepares[0], 1)
        job.prepares = None
        self._note("task.delegation_returned", who)
        return DONE

    def end_delegation(self, who: str, job: Job) -> Outcome:
        if refusal := self._prepared(who, job, place=0):
            return refusal
        job.prepares = None
        self._note("task.delegation_ended", who)
        return DONE

    def _prepared(self, who: str, job: Job, place: int) -> Outcome | None:
        if refusal := self._open(who, job):
            return refusal
        if job.prepares is None:
            return 409, "NOT_DELEGATED"
        return None if job.prepares[place] == who else FORBIDDEN

    def ask(self, who: str, job: Job, to: str, *, is_after: bool) -> Outcome:
        if refusal := self._share(who, job, is_internal=True):
            return refusal
        if to == who or to not in job.colleagues:
            return 422, "INVALID"
        if any(each.person == to for each in job.asked):
            return 409, "ASKED_ALREADY"
        if is_after and who not in job.drafts:
            return 409, "NO_DRAFT"
        job.claimer = who
        job.questions.append(Question(who, to))
        self._note("countersign.asked", who)
        return MADE

    def _answered(self, who: str, job: Job, question: Question, owner: str) -> Outcome | None:
        if who not in job.colleagues:
            return UNKNOWN
        if job.status != "open":
            return TAKEN
        if question.state != "OPEN":
            return 409, f"COUNTERSIGN_{question.state}"
        return None if who == owner else FORBIDDEN

    def answer(self, who: str, job: Job, question: Question) -> Outcome:
        if refusal := self._answered(who, job, question, question.person):
            return refusal
        question.state = "GIVEN"
        self._note("countersign.given", who)
        return DONE

    def ask_no_more(self, who: str, job: Job, question: Question) -> Outcome:
        if refusal := self._answered(who, job, question, question.asker):
            return refusal
        question.state = "WITHDRAWN"
        self._note("countersign.withdrawn", who)
        return DONE

    # --- the case ---

    def withdraw(self, who: str) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if self.is_finished:
            return 409, "CASE_FINISHED"
        if who != "lead-op":
            return FORBIDDEN
        if self.is_suspended:
            return 409, "CASE_SUSPENDED"
        self._note("message.withdrawal", who)
        self._end()
        return DONE

    def remind(self, who: str) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if all(job.status != "open" or job.admits(who) for job in self.jobs):
            return 409, "NOTHING_TO_REMIND"
        if who in self.reminded and self.now - self.reminded[who] < timedelta(hours=24):
            return 409, "REMINDED_RECENTLY"
        self.reminded[who] = self.now
        self._note("case.reminded", who)
        return MADE

    def suspend(self, who: str) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if who != "lj-owner":
            return FORBIDDEN
        if self.is_finished:
            return 409, "CASE_FINISHED"
        if self.is_suspended:
            return 409, "CASE_SUSPENDED"
        self.is_suspended = True
        self._note("case.suspended", who)
        return MADE

    def resume(self, who: str) -> Outcome:
        if not self.sees(who):
            return UNKNOWN
        if who != "lj-owner":
            return FORBIDDEN
        if not self.is_suspended:
            return 409, "NOT_SUSPENDED"
        self.is_suspended = False
        self._note("case.resumed", who)
        return DONE

    def lapse(self, job: Job) -> None:
        """The time to answer an invitation is over."""
        job.status = "cancelled"
        self._note("timer.fired", "system")
        self.jobs.append(Job("confirm_members"))
        self.kept = None
