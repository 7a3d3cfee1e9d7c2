"""The mailbox page, on the console host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from shared_apps.mailer.views import console

console_urls: list[URLPattern | URLResolver] = [
    path("dev/mailbox/", console.mail_list, name="mailbox"),
    path("dev/mailbox/<str:mail_id>/", console.mail_detail, name="mailbox_mail"),
    path("dev/mailbox/<str:mail_id>/body/", console.mail_body, name="mailbox_body"),
]
