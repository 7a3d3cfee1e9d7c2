from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM, bound
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.kernel.transactions import TransactionRequired
from shared_apps.mailer.domain.messages import (
    NotDelivered,
    UnknownMessage,
    deliver,
    deliver_due,
    queue,
    requeue,
    send_message,
)
from shared_apps.mailer.models import Message
from shared_apps.mailer.queries import recent_messages
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.models import OutboxEvent

CONTEXT = {"name": "Dee & Co", "activate_url": "http://alpha.example/c/?a=1&b=2"}


class Refuses(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("provider is away")


REFUSES = override_settings(EMAIL_BACKEND="tests.shared_apps.mailer.test_messages.Refuses")


def send(to="dee@mail.example", at=None, **fields):
    template = "account/email_confirmation_signup"
    return send_message(template=template, to=to, context=CONTEXT, at=at or now(), **fields)


def test_a_message_is_written_with_its_event_and_sent_later(in_alpha):
    message_id = send(reply_to="help@alpha.example")

    assert mail.outbox == []
    assert OutboxEvent.objects.get().payload == {"message_id": str(message_id)}
    assert deliver(message_id=message_id, at=now())
    (sent,) = mail.outbox
    assert (sent.from_email, sent.to, sent.reply_to) == (
        "Alpha <hello@galleria.localhost>",
        ["dee@mail.example"],
        ["help@alpha.example"],
    )
    assert sent.subject == "Welcome to Alpha: confirm your e-mail address"
    assert "Hello Dee & Co," in sent.body
    assert CONTEXT["activate_url"] in sent.body
    html = sent.alternatives[0].content
    assert "Dee &amp; Co" in html
    assert 'href="http://alpha.example/c/?a=1&amp;b=2"' in html
    assert "style=" not in html


def test_a_message_leaves_once_and_its_bodies_go(in_alpha):
    message_id = send()

    assert deliver(message_id=message_id, at=now())
    assert not deliver(message_id=message_id, at=now())

    assert len(mail.outbox) == 1
    message = Message.objects.get()
    assert (message.state, message.text, message.html) == ("sent", "", "")
    assert message.moves.get().move == "send"


def test_a_tenants_messages_are_its_own(alpha, beta):
    with bound(alpha):
        message_id = send()
    with bound(beta):
        assert not deliver(message_id=message_id, at=now())
        assert recent_messages() == []
    with bound(PLATFORM):
        assert not deliver(message_id=message_id, at=now())
        send(to="owner@mail.example")
        deliver_due(at=now() + timedelta(seconds=1))

    assert [message.from_email for message in mail.outbox] == [
        "Galleria <hello@galleria.localhost>"
    ]


@REFUSES
def test_a_refusal_is_logged_and_tried_again_later(in_alpha):
    at = now()
    message_id = send(at=at)

    with pytest.raises(NotDelivered):
        deliver(message_id=message_id, at=at)

    message = Message.objects.get()
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.due_at == at + timedelta(minutes=1)
    assert "provider is away" in message.moves.get().note
    assert deliver_due(at=at + timedelta(seconds=59)) == 0
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        assert deliver_due(at=at + timedelta(minutes=1)) == 1


@REFUSES
def test_after_the_last_attempt_a_message_has_failed_until_requeued(in_alpha):
    at = now()
    message_id = send(at=at)
    for day in range(6):
        deliver_due(at=at + timedelta(days=day))

    message = Message.objects.get()
    assert (message.state, message.attempts) == ("failed", 6)
    assert [move.move for move in message.moves.order_by("id")] == ["retry"] * 5 + ["fail"]
    assert recent_messages()[0].state == "failed"

    requeue(message_id=message_id, at=at + timedelta(days=7))
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        assert deliver_due(at=at + timedelta(days=7)) == 1
    with pytest.raises(MoveNotAllowed):
        requeue(message_id=message_id, at=at)


def test_the_relay_delivers_and_leaves_refusals_to_the_log(in_alpha):
    send()
    with REFUSES:
        assert deliver_pending(at=now()).failed == 0
    assert (Message.objects.get().state, mail.outbox) == ("queued", [])

    send(to="eve@mail.example")
    assert deliver_pending(at=now()).delivered == 1
    assert [message.to for message in mail.outbox] == [["eve@mail.example"]]


def test_two_deliveries_at_once_send_one(in_alpha):
    at = now()
    message_id = send(at=at)

    class Slow(EmailBackend):
        def send_messages(self, messages):
            assert not deliver(message_id=message_id, at=at)
            return super().send_messages(messages)

    globals()["Slow"] = Slow
    with override_settings(EMAIL_BACKEND="tests.shared_apps.mailer.test_messages.Slow"):
        assert deliver(message_id=message_id, at=at)

    assert len(mail.outbox) == 1


def test_headers_cannot_be_injected(in_alpha):
    context = {**CONTEXT, "name": "x\r\nBcc: evil@mail.example"}
    template = "account/email_confirmation_signup"
    send_message(template=template, to="dee@mail.example", context=context, at=now())
    deliver_due(at=now())

    assert mail.outbox[0].message()["Bcc"] is None


def test_the_language_is_the_tenants(alpha):
    from dataclasses import replace

    with bound(replace(alpha, language="de")):
        send()
        assert 'lang="de"' in Message.objects.get().html


def test_an_unknown_message_cannot_be_requeued(in_alpha):
    with pytest.raises(UnknownMessage):
        requeue(message_id=UUID(int=1), at=now())


@pytest.mark.django_db(transaction=True)
def test_queueing_is_part_of_a_change(in_alpha):
    with pytest.raises(TransactionRequired):
        queue(template="account/password_changed", to="a@b.example", context={}, at=now())


TEMPLATES = [
    "account/email_confirmation_signup",
    "account/email_confirmation",
    "account/password_reset_key",
    "account/account_already_exists",
    "account/password_changed",
    "account/password_reset",
    "account/password_set",
    "account/email_changed",
    "account/email_deleted",
    "mfa/totp_activated",
    "mfa/totp_deactivated",
    "mfa/recovery_codes_generated",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_account_mail_renders_in_all_three_parts(in_alpha, template):
    context = {"activate_url": "http://a.example/x", "password_reset_url": "http://a.example/x"}
    send_message(template=template, to="dee@mail.example", context=context, at=now())

    message = Message.objects.get()
    assert message.subject
    assert "Alpha http://alpha.galleria.localhost:8000/" in message.text
    assert "<h1>" in message.html
    assert "{" not in message.text
