"""The same promises on an S3 compatible store: a real moto server on a port of its own."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from django.core.files.storage import storages
from django.test import Client
from moto.server import ThreadedMotoServer

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.media.domain.access import private_url
from shared_apps.media.domain.files import (
    complete_image,
    erase_file,
    store_image,
    store_private_file,
)
from shared_apps.media.domain.storage import NoSuchFile, direct_url, read
from shared_apps.media.models import StoredFile
from shared_apps.media.queries import picture_data
from tests.shared_apps.media.conftest import ACTING

BUCKET = "galleria-media"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: Any) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    store = boto3.resource("s3", endpoint_url=server)
    bucket = store.Bucket(BUCKET)
    if bucket.creation_date is None:
        bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    bucket.objects.all().delete()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "shared_apps.media.domain.buckets.ScopedS3",
            "OPTIONS": {"bucket_name": BUCKET, "endpoint_url": server},
        },
    }
    storages._storages = {}
    storages.__dict__.pop("backends", None)
    yield bucket
    storages._storages = {}
    storages.__dict__.pop("backends", None)


def keys(bucket):
    return sorted(item.key for item in bucket.objects.all())


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - the server of this test
        return response.read(), response.headers


def test_variants_lie_below_the_tenants_prefix(in_alpha, bucket, picture):
    stored = store_image(data=picture(400, 300), name="x.jpg", acting=ACTING, at=now())
    complete_image(file_id=stored.id, at=now())

    file = StoredFile.objects.get()
    folder = f"tenants/{in_alpha.id}/images/{file.sha256}"
    assert keys(bucket) == [
        f"{folder}/{width}.{suffix}" for width in (320, 400) for suffix in ("avif", "jpg", "webp")
    ]
    assert bucket.Object(f"{folder}/320.webp").content_type == "image/webp"

    erase_file(file_id=stored.id, acting=ACTING, at=now())
    assert keys(bucket) == []


def test_readers_are_led_to_a_signed_address(alpha, beta, bucket, server, picture):
    with bound(alpha):
        stored = store_image(data=picture(400, 300), name="x.jpg", acting=ACTING, at=now())
        address = picture_data([stored.id])[stored.id].src

    response = Client(HTTP_HOST=alpha.host).get(address)

    assert response.status_code == 302
    assert response["Cache-Control"] == "private, max-age=600"
    signed = response["Location"]
    assert signed.startswith(f"{server}/")
    assert parse_qs(urlsplit(signed).query)["X-Amz-Expires"] == ["900"]
    body, headers = fetch(signed)
    assert (body[:3], headers["Content-Type"]) == (b"\xff\xd8\xff", "image/jpeg")

    elsewhere = Client(HTTP_HOST=beta.host).get(address)["Location"]
    assert f"tenants/{beta.id}/" in elsewhere
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(elsewhere)


def test_documents_pass_through_our_own_view(alpha, beta, bucket):
    with bound(alpha):
        stored = store_private_file(
            data=b"secret", name="a.pdf", content_type="application/pdf", acting=ACTING, at=now()
        )
        address = private_url(file_id=stored.id)

    assert Client(HTTP_HOST=alpha.host).get(address).content == b"secret"
    refused = Client(HTTP_HOST=beta.host).get(address, HTTP_ACCEPT="application/json")
    assert refused.status_code == 401


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "missing"])
def test_no_name_leaves_the_prefix(in_alpha, bucket, name):
    bucket.put_object(Key="x", Body=b"outside")
    bucket.put_object(Key="tenants/x", Body=b"outside")

    with pytest.raises(NoSuchFile):
        read(name)
    if name != "missing":
        with pytest.raises(NoSuchFile):
            direct_url(name)
