from __future__ import annotations

import time

import pytest
from django.test import Client

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.media.domain.access import private_url
from shared_apps.media.domain.files import erase_file, store_private_file
from shared_apps.media.domain.sniffing import FileTooLarge
from shared_apps.media.models import StoredFile
from tests.shared_apps.media.conftest import ACTING, stored_paths

EVIL = b"<script>alert(1)</script>"


def keep(data=EVIL, name="licence.html", content_type="text/html"):
    return store_private_file(
        data=data, name=name, content_type=content_type, acting=ACTING, at=now()
    )


@pytest.fixture
def address(alpha):
    with bound(alpha):
        return private_url(file_id=keep().id)


def test_a_document_is_a_download_whatever_it_claims(alpha, address):
    response = Client(HTTP_HOST=alpha.host).get(address)

    assert (response.status_code, response.content) == (200, EVIL)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="licence.html"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_its_address_is_nothing_for_another_tenant(beta, address):
    response = Client(HTTP_HOST=beta.host).get(address, HTTP_ACCEPT="application/json")

    assert response.status_code == 401


def test_its_address_ends_after_a_quarter_of_an_hour(alpha, address, monkeypatch):
    moment = time.time() + 15 * 60 + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: moment)

    response = Client(HTTP_HOST=alpha.host).get(address, HTTP_ACCEPT="application/json")

    assert (response.status_code, response.json()["code"]) == (401, "expired_signature")


def test_a_changed_address_is_refused(alpha, address):
    client = Client(HTTP_HOST=alpha.host, HTTP_ACCEPT="application/json")

    assert client.get(address[:-2] + "x/").status_code == 401
    assert client.get("/media/private/x/").status_code == 401


def test_an_erased_document_is_gone(alpha, address, folder):
    with bound(alpha):
        erase_file(file_id=StoredFile.objects.get().id, acting=ACTING, at=now())

    response = Client(HTTP_HOST=alpha.host).get(address, HTTP_ACCEPT="application/json")

    assert response.status_code == 404
    assert stored_paths(folder) == []


def test_too_large_a_document_is_refused(in_alpha, folder):
    with pytest.raises(FileTooLarge):
        keep(b"\0" * (25 * 1024 * 1024 + 1))

    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.pdf", "x.pdf"),
        ('a"\r\nX: y.pdf', 'a"X: y.pdf'),
        ("", ""),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_for_people_only(alpha, name, kept):
    with bound(alpha):
        keep(name=name)
        assert StoredFile.objects.get().name == kept
        address = private_url(file_id=StoredFile.objects.get().id)

    response = Client(HTTP_HOST=alpha.host).get(address)

    assert response["Content-Disposition"].startswith("attachment")
    assert "X" not in response.headers
