"""What the services are given to work with: one object, made once at start-up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services import tracing
from services.db.engine import Sessions, ask_time, open_engine, open_sessions
from services.db.models import Case, Channel
from services.gateways.anchors import AnchorStore, FolderAnchors, HttpAnchors
from services.gateways.clock import Clock, DatabaseClock, SystemClock
from services.gateways.files import FileStore, FolderFileStore
from services.gateways.keys import FolderKeyStore, KeyStore
from services.gateways.mail import FolderMailer, Mailer, SmtpMailer
from services.gateways.messages import FolderMessenger, HttpMessenger, Messenger
from services.gateways.publication import FolderPublisher, HttpPublisher, Publisher
from services.settings import HttpGateway, Settings
from workflows.bundles import Library

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Runtime:
    """Gateways, sessions and the library. ``ring`` tells workers that a job is due, best effort.

    ``messengers`` are the channels besides mail that this installation offers.
    """

    settings: Settings
    sessions: Sessions
    clock: Clock
    files: FileStore
    keys: KeyStore
    mailer: Mailer
    publisher: Publisher
    anchors: AnchorStore
    library: Library
    ring: Callable[[], None] = field(default=lambda: None)
    messengers: Mapping[Channel, Messenger] = field(default_factory=dict)

    def now(self, case: Case | None = None) -> datetime:
        """Return the instant, aware UTC; a rehearsal's own clock where the case is one."""
        offset = case.clock_offset_seconds if case is not None else 0
        return self.clock.now() + timedelta(seconds=offset)


def make_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """Build the runtime of a process from its settings."""
    data: Path = settings.data_dir
    data.mkdir(parents=True, exist_ok=True)
    mailer = SmtpMailer(settings.smtp_url) if settings.smtp_url else FolderMailer(data / "mail")
    engine = open_engine(settings.database_url)
    if settings.traces_url:
        tracing.watch(engine)
    return Runtime(
        settings=settings,
        sessions=open_sessions(engine),
        clock=clock or open_clock(settings),
        files=FolderFileStore(data / "files"),
        keys=FolderKeyStore(settings.keys_dir),
        mailer=mailer,
        publisher=_publisher(settings),
        anchors=_anchors(settings),
        library=Library(settings.bpmn_root, settings.forms_root),
        messengers={
            Channel.SMS: _messenger(settings.sms, data / "sms"),
            Channel.WEBHOOK: _messenger(settings.webhook, data / "webhook"),
        },
    )


def open_clock(settings: Settings) -> Clock:
    """Return the clock that counts: the database's where several hosts may share it."""
    if settings.is_sqlite:
        return SystemClock()
    return DatabaseClock(ask_time(settings.database_url))


def _publisher(settings: Settings) -> Publisher:
    if settings.publisher_url:
        return HttpPublisher(settings.publisher_url)
    return FolderPublisher(settings.data_dir / "notices", settings.public_url)


def _anchors(settings: Settings) -> AnchorStore:
    if settings.checkpoints_url:
        return HttpAnchors(settings.checkpoints_url)
    return FolderAnchors(settings.checkpoints_dir)


def _messenger(gateway: HttpGateway | None, folder: "Path") -> Messenger:
    if gateway is not None:
        return HttpMessenger(gateway.url, gateway.secret)
    return FolderMessenger(folder)
