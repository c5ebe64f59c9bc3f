"""Where parties' private signing keys are kept: never in the database."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

SEED_BYTES = 32


class KeyStore(Protocol):
    """Keeps Ed25519 seeds by key id. A key once kept is never changed."""

    def keep(self, key_id: str, seed: bytes) -> None:
        """Keep a seed."""
        ...

    def seed(self, key_id: str) -> bytes | None:
        """Return a seed, None when this installation does not have it."""
        ...


@dataclass(frozen=True)
class FolderKeyStore:
    """One file a key, readable by its owner only. Several hosts share the folder."""

    folder: Path

    def keep(self, key_id: str, seed: bytes) -> None:
        """Write the file unless it is there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(self._path(key_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(handle, "wb") as file:
            file.write(seed)

    def seed(self, key_id: str) -> bytes | None:
        """Read the file."""
        path = self._path(key_id)
        return path.read_bytes() if path.exists() else None

    def _path(self, key_id: str) -> Path:
        return self.folder / f"{key_id}.key"


@dataclass
class FakeKeyStore:
    """Keeps seeds in memory."""

    seeds: dict[str, bytes] = field(default_factory=dict)

    def keep(self, key_id: str, seed: bytes) -> None:
        """Keep a seed."""
        self.seeds.setdefault(key_id, seed)

    def seed(self, key_id: str) -> bytes | None:
        """Return a seed."""
        return self.seeds.get(key_id)
