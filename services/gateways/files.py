"""Where the bytes of uploads are kept, by content hash."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Protocol


class FileStore(Protocol):
    """Keeps content by its SHA-256. Putting the same content again changes nothing."""

    def put(self, sha256: str, source: BinaryIO) -> None:
        """Store the rest of an open file."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open stored content for reading. Raises FileNotFoundError."""
        ...

    def hashes(self) -> Iterator[str]:
        """Yield the hashes of everything stored."""
        ...


_CHUNK = 1 << 20


@dataclass(frozen=True)
class FolderFileStore:
    """A folder with two levels of sub-folders; never below a web root."""

    folder: Path

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def put(self, sha256: str, source: BinaryIO) -> None:
        """Write to a temporary name, then rename: whole or not at all."""
        target = self._path(sha256)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, delete=False) as partial:
            try:
                shutil.copyfileobj(source, partial, _CHUNK)
                partial.flush()
            except BaseException:
                Path(partial.name).unlink()  # a full disk is not filled further
                raise
        Path(partial.name).replace(target)

    def open(self, sha256: str) -> BinaryIO:
        """Open stored content for reading."""
        return self._path(sha256).open("rb")

    def hashes(self) -> Iterator[str]:
        """Yield the hashes of everything stored."""
        return (path.name for path in self.folder.glob("??/??/*") if len(path.name) == 64)  # noqa: PLR2004


@dataclass
class FakeFileStore:
    """Keeps content in memory."""

    content: dict[str, bytes] = field(default_factory=dict)

    def put(self, sha256: str, source: BinaryIO) -> None:
        """Keep the content."""
        self.content.setdefault(sha256, source.read())

    def open(self, sha256: str) -> BinaryIO:
        """Open kept content."""
        try:
            return BytesIO(self.content[sha256])
        except KeyError as error:
            raise FileNotFoundError(sha256) from error

    def hashes(self) -> Iterator[str]:
        """Yield the hashes of everything kept."""
        return iter(list(self.content))
