"""Sending mail: SMTP, or .eml files in a folder for the embedded mode."""

import smtplib
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from workflows.errors import RetryableError


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. ``key`` is the same each time it is sent again; it becomes the Message-ID."""

    key: str
    to: str
    subject: str
    body: str
    sender: str = "liancheng@localhost"

    def message(self) -> EmailMessage:
        """Return the MIME message."""
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = f"<{self.key}@liancheng>"
        message["From"], message["To"], message["Subject"] = self.sender, self.to, self.subject
        message.set_content(self.body)
        return message


class Mailer(Protocol):
    """Hands a mail over. Sending the same key again is harmless to the recipient."""

    def send(self, mail: Mail) -> None:
        """Send. Raises RetryableError if it may work later."""
        ...


@dataclass(frozen=True)
class SmtpMailer:
    """Sends through a server: smtp://[user:password@]host:port."""

    url: str

    def send(self, mail: Mail) -> None:
        """Send one mail over a connection of its own."""
        parts = urlsplit(self.url)
        try:
            smtp = smtplib.SMTP(parts.hostname or "localhost", parts.port or 25, timeout=20)
            with closing(smtp):
                if parts.username:
                    smtp.starttls()
                    smtp.login(unquote(parts.username), unquote(parts.password or ""))
                smtp.send_message(mail.message())
                with suppress(OSError, smtplib.SMTPException):
                    smtp.putcmd("QUIT")  # the mail has been taken; the answer changes nothing
        except (OSError, smtplib.SMTPException) as error:
            raise RetryableError(f"mail server: {type(error).__name__}") from error


@dataclass(frozen=True)
class FolderMailer:
    """Writes each mail as <key>.eml; the same key overwrites the same file."""

    folder: Path

    def send(self, mail: Mail) -> None:
        """Write the file whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() or c in "-_" else "_" for c in mail.key)
        partial = self.folder / f".{name}.part"
        partial.write_bytes(mail.message().as_bytes())
        partial.replace(self.folder / f"{name}.eml")


@dataclass
class FakeMailer:
    """Keeps what was sent; fails as often as told."""

    sent: list[Mail] = field(default_factory=list)
    failures: int = 0

    def send(self, mail: Mail) -> None:
        """Keep the mail, or fail."""
        if self.failures:
            self.failures -= 1
            raise RetryableError("told to fail")
        self.sent.append(mail)
