"""Settings from the environment, read once. Every wrong value is named in one message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET = 16


class SettingsError(ValueError):
    """One or more settings are wrong; the message names each."""


@dataclass(frozen=True, slots=True)
class NotifyingHours:
    """Times of day in Shanghai: no SMS between ``quiet_from`` and ``quiet_to``; digests."""

    quiet_from: time = time(20)
    quiet_to: time = time(8)
    digest_at: time = time(8, 30)


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """Where an HTTP gateway is, and the secret that signs what it gets."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment may choose. Durations in seconds, sizes in bytes.

    ``redis_url`` None: there is no doorbell and sweepers alone do the work. ``job_seconds`` is the
    longest a job may take, ``lease_seconds`` how long it belongs to the worker that claimed it.
    ``metrics_token``: who brings it as a bearer may read /metrics from another host.
    ``traces_url``: where an OpenTelemetry collector takes traces; None: none are made.
    ``trusted_proxies``: so many proxies stand before the server and say whom they ask for.
    ``yellow_working_days``: a task shows yellow (临期) from so many working days left on.
    """

    data_dir: Path
    database_url: str
    keys_dir: Path
    bpmn_root: Path
    forms_root: Path
    web_root: Path
    public_url: str
    smtp_url: str | None
    publisher_url: str | None
    secure_cookies: bool
    session_seconds: int
    max_upload_bytes: int
    sweep_seconds: float
    allow_rehearsals: bool
    yellow_working_days: int
    checkpoint_seconds: int
    checkpoints_dir: Path
    checkpoints_url: str | None
    fonts_dir: Path | None = None
    sms: HttpGateway | None = None
    webhook: HttpGateway | None = None
    notifying_hours: NotifyingHours = NotifyingHours()
    redis_url: str | None = None
    job_seconds: int = 25
    lease_seconds: int = 60
    metrics_token: str | None = None
    trusted_proxies: int = 0
    traces_url: str | None = None

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file, for one host and one server process only."""
        return self.database_url.startswith("sqlite")

    @staticmethod
    def variables() -> frozenset[str]:
        """Return the names of all variables that are read."""
        asked = _Asked()
        Settings.from_env(asked)
        return frozenset(name for name in asked.names if not name.endswith("_FILE"))

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the LIANCHENG_* variables, each also from the file that LIANCHENG_*_FILE names.

        Raises SettingsError naming all that are wrong.
        """
        reader = _Reader(env)
        data_dir = Path(reader.text("DATA_DIR", str(ROOT / "var"))).absolute()
        redis_url = reader.text("REDIS_URL", "") or None
        settings = cls(
            data_dir=data_dir,
            database_url=reader.text("DATABASE_URL", f"sqlite:///{data_dir / 'liancheng.db'}"),
            keys_dir=Path(reader.text("KEYS_DIR", str(data_dir / "keys"))),
            bpmn_root=Path(reader.text("BPMN_ROOT", str(ROOT / "workflows" / "bpmn"))),
            forms_root=Path(reader.text("FORMS_ROOT", str(ROOT / "forms"))),
            web_root=Path(reader.text("WEB_ROOT", str(ROOT / "web" / "dist"))),
            public_url=reader.text("PUBLIC_URL", "http://127.0.0.1:8000"),
            smtp_url=reader.text("SMTP_URL", "") or None,
            publisher_url=reader.text("PUBLISHER_URL", "") or None,
            secure_cookies=reader.flag("SECURE_COOKIES", default=False),
            session_seconds=reader.number("SESSION_SECONDS", 8 * 3600),
            max_upload_bytes=reader.number("MAX_UPLOAD_BYTES", 50_000_000),
            sweep_seconds=reader.number("SWEEP_MILLISECONDS", 15_000 if redis_url else 1000) / 1000,
            allow_rehearsals=reader.flag("ALLOW_REHEARSALS", default=True),
            yellow_working_days=reader.number("YELLOW_WORKING_DAYS", 4),
            checkpoint_seconds=reader.number("CHECKPOINT_SECONDS", 600),
            checkpoints_dir=Path(reader.text("CHECKPOINTS_DIR", str(data_dir / "checkpoints"))),
            checkpoints_url=reader.text("CHECKPOINTS_URL", "") or None,
            fonts_dir=Path(folder) if (folder := reader.text("FONTS_DIR", "")) else None,
            sms=reader.gateway("SMS"),
            webhook=reader.gateway("WEBHOOK"),
            notifying_hours=reader.hours(),
            redis_url=redis_url,
            job_seconds=reader.number("JOB_SECONDS", 25),
            lease_seconds=reader.number("LEASE_SECONDS", 60),
            metrics_token=reader.text("METRICS_TOKEN", "") or None,
            traces_url=reader.text("TRACES_URL", "") or None,
            trusted_proxies=reader.number("TRUSTED_PROXIES", 0, least=0),
        )
        if settings.lease_seconds <= 2 * settings.job_seconds:
            reader.problems.append(
                "LIANCHENG_LEASE_SECONDS must be more than twice LIANCHENG_JOB_SECONDS"
            )
        if reader.problems:
            raise SettingsError("; ".join(reader.problems))
        return settings


class _Asked(dict[str, str]):
    """An empty environment that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default


class _Reader:
    """Reads typed values and collects what is wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        variable = f"LIANCHENG_{name}"
        file = self.env.get(f"{variable}_FILE")
        if file is None:
            return self.env.get(variable, default)
        if variable in self.env:
            self.problems.append(f"{variable} and {variable}_FILE must not both be set")
        return self._content(file, f"{variable}_FILE", default)

    def _content(self, file: str, variable: str, default: str) -> str:
        """Return a file's text without the line's end that editors leave."""
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{variable} names {file}: {type(error).__name__}")
            return default

    def number(self, name: str, default: int, *, least: int = 1) -> int:
        raw = self.text(name, str(default))
        if raw.isascii() and raw.isdigit() and int(raw) >= least:
            return int(raw)
        self.problems.append(f"LIANCHENG_{name} must be a positive whole number, not {raw!r}")
        return default

    def gateway(self, name: str) -> HttpGateway | None:
        """Read <name>_URL and <name>_SECRET: both, or neither."""
        url, secret = self.text(f"{name}_URL", ""), self.text(f"{name}_SECRET", "")
        if not url and not secret:
            return None
        if not url.startswith(("http://", "https://")):
            self.problems.append(f"LIANCHENG_{name}_URL must be an http(s) address, not {url!r}")
        if len(secret) < MIN_SECRET:
            self.problems.append(
                f"LIANCHENG_{name}_SECRET must have {MIN_SECRET} characters or more"
            )
        return HttpGateway(url, secret)

    def hours(self) -> NotifyingHours:
        """Read QUIET_HOURS (20:00-08:00) and DIGEST_AT (08:30)."""
        begin, _, end = self.text("QUIET_HOURS", "20:00-08:00").partition("-")
        return NotifyingHours(
            self._time("QUIET_HOURS", begin),
            self._time("QUIET_HOURS", end),
            self._time("DIGEST_AT", self.text("DIGEST_AT", "08:30")),
        )

    def _time(self, name: str, raw: str) -> time:
        try:
            return time.fromisoformat(raw)
        except ValueError:
            self.problems.append(f"LIANCHENG_{name} must have times like 08:30, not {raw!r}")
            return time()

    def flag(self, name: str, *, default: bool) -> bool:
        raw = self.text(name, "true" if default else "false").lower()
        if raw not in {"true", "false"}:
            self.problems.append(f"LIANCHENG_{name} must be true or false, not {raw!r}")
        return raw == "true"
