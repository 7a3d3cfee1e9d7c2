"""Messages and the log of their delivery."""

from __future__ import annotations

from django.db import models

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.pii import register_pii
from shared_apps.mailer.lifecycle import MESSAGE


class Message(models.Model):
    """One mail to one person; its bodies are emptied once it is sent, the log line stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.CharField(max_length=80)
    to = models.EmailField(max_length=254)
    reply_to = models.EmailField(max_length=254, blank=True, default="")
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, default=MESSAGE.initial)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [MESSAGE.constraint("message_state_known")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="message_due")
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("msg", self.id)


class MessageMove(Move):
    """One attempt, or the end of a message."""

    subject = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="moves")


register_pii("mailer.Message", "to", "erase")
register_pii("mailer.Message", "subject", "erase")
register_pii("mailer.Message", "text", "erase")
register_pii("mailer.Message", "html", "erase")
