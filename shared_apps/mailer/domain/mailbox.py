"""The mailbox of development and demo: mails as files, one each, newest first."""

from __future__ import annotations

import email
import email.policy
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage as ParsedMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from shared_apps.kernel.errors import NotFound

BACKEND = "shared_apps.mailer.domain.mailbox.FileMailbox"
_NAME = re.compile(r"[0-9a-f]{32}\Z")
_SHOWN_MAX = 200


class NoSuchMail(NotFound):
    code, title = "record_not_found", "There is no such mail in the mailbox"


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    to: str
    sender: str
    subject: str
    date: str
    text: str
    html: str


class FileMailbox(BaseEmailBackend):
    """A Django e-mail backend that writes each mail into DATA_DIR/mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = folder()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            # In the order of writing, and never the same twice.
            name = f"{time.time_ns():016x}{secrets.token_hex(8)}"
            unfinished = self.folder / f".{name}"
            unfinished.write_bytes(mail.message().as_bytes())
            unfinished.rename(self.folder / f"{name}.eml")
        return len(email_messages)


def is_active() -> bool:
    """Whether mails land in the mailbox instead of going out."""
    return bool(settings.EMAIL_BACKEND == BACKEND)


def folder() -> Path:
    return Path(settings.DATA_DIR) / "mail"


def mails() -> list[Mail]:
    """What lies in the mailbox, newest first."""
    files = sorted(folder().glob("*.eml"), reverse=True)[:_SHOWN_MAX]
    return [_read(path) for path in files]


def mail(mail_id: str) -> Mail:
    """One mail; raises NoSuchMail."""
    path = folder() / f"{mail_id}.eml"
    if not _NAME.match(mail_id) or not path.is_file():
        raise NoSuchMail
    return _read(path)


def _read(path: Path) -> Mail:
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Mail(
        id=path.stem,
        to=str(parsed["To"]),
        sender=str(parsed["From"]),
        subject=str(parsed["Subject"]),
        date=str(parsed["Date"]),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
    )


def _body(parsed: ParsedMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
