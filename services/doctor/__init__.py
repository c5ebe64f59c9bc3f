"""The doctor: looks an installation over and says, for each finding, what to do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from services.doctor import host, law, storage, work
from services.doctor.findings import Finding, Patient, Status

__all__ = ["CHECKS", "Finding", "Patient", "Status", "examine"]

CHECKS: dict[str, Callable[[Patient], Finding]] = {
    "settings": host.settings,
    "database": storage.database,
    "migrations": storage.migrations,
    "disk": storage.local_disk,
    "redis": storage.doorbell,
    "clock": work.clock,
    "sweeper": work.sweeper,
    "workers": work.workers,
    "jobs": work.jobs,
    "incidents": work.incidents,
    "checkpoints": work.checkpoints,
    "law": law.bases,
    "data": host.data_folder,
    "keys": host.keys_folder,
    "space": host.space,
    "fonts": host.fonts,
    "web": host.web,
    "mail": host.mail,
    "cookies": host.cookies,
}


def examine(patient: Patient, only: Sequence[str] = ()) -> Iterator[Finding]:
    """Yield what each check finds, or only the named ones. Changes nothing."""
    for name, check in CHECKS.items():
        if not only or name in only:
            yield replace(check(patient), name=name)
