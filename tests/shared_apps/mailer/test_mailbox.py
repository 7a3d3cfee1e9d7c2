from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings

from shared_apps.mailer.domain import mailbox

CONSOLE = {"HTTP_HOST": "console.galleria.localhost"}
ACTIVE = override_settings(EMAIL_BACKEND=mailbox.BACKEND)


@pytest.fixture
def letters(db, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.EMAIL_BACKEND = mailbox.BACKEND
    for number in (1, 2):
        message = EmailMultiAlternatives(
            f"Letter {number}: grüße",
            "Plain <b>text</b> http://a.example/x",
            "Alpha <hello@galleria.localhost>",
            ["dee@mail.example"],
        )
        message.attach_alternative("<script>alert(1)</script><p>Rich</p>", "text/html")
        message.send()
    return mailbox.mails()


def test_mails_are_files_newest_first(letters, tmp_path):
    assert [letter.subject for letter in letters] == ["Letter 2: grüße", "Letter 1: grüße"]
    assert letters[0].text.startswith("Plain <b>text</b>")
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def test_the_page_lists_and_shows_them(letters):
    client = Client()

    listed = client.get("/dev/mailbox/", **CONSOLE)
    shown = client.get(f"/dev/mailbox/{letters[0].id}/", **CONSOLE)

    assert b"Letter 2" in listed.content
    assert b"Plain &lt;b&gt;text" in shown.content
    assert b"<script>alert" not in shown.content


def test_the_html_part_stands_in_a_sandbox(letters):
    body = Client().get(f"/dev/mailbox/{letters[0].id}/body/", **CONSOLE)

    policy = body["Content-Security-Policy"]
    assert b"<p>Rich</p>" in body.content
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert body["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["0" * 32, "..", "%2e%2e%2fsecrets", "x"])
def test_other_names_are_404(letters, name):
    response = Client().get(f"/dev/mailbox/{name}/", HTTP_ACCEPT="application/json", **CONSOLE)

    assert response.status_code == 404


def test_there_is_no_page_when_mails_go_out(db):
    assert Client().get("/dev/mailbox/", **CONSOLE).status_code == 404


@ACTIVE
def test_there_is_no_page_on_a_tenants_host(alpha):
    assert Client().get("/dev/mailbox/", HTTP_HOST=alpha.host).status_code == 404
