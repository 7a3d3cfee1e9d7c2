"""A message's subject, text and HTML from its templates, in the sender's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from shared_apps.kernel.context import TenantContext, required_scope


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name we write: the tenant, or Galleria itself."""

    name: str
    language: str
    home_url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def sender(home_url: str) -> Sender:
    """The bound scope as a sender (rule)."""
    scope = required_scope()
    if isinstance(scope, TenantContext):
        return Sender(scope.name, scope.language, home_url)
    return Sender("Galleria", settings.LANGUAGE_CODE, home_url)


def from_address() -> str:
    """Our own address under the tenant's name, so that the provider may sign it (rule)."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((sender("").name, address))


def render(*, template: str, context: Mapping[str, Any], home_url: str) -> Rendered:
    """The three parts of mails/<template>.{subject,txt,html} in the sender's language (rule)."""
    who = sender(home_url)
    values = {**context, "sender": who}
    with translation.override(who.language):
        subject = render_to_string(f"mails/{template}.subject", values)
        text = render_to_string(f"mails/{template}.txt", values)
        html = render_to_string(f"mails/{template}.html", values)
    return Rendered(" ".join(subject.split()), text.strip() + "\n", html.strip() + "\n")
