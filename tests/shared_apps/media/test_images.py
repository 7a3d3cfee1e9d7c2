from __future__ import annotations

import io
from uuid import UUID

import pytest
from django.test import Client
from PIL import Image, ImageCms

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM, bound
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.media.domain.files import (
    UnknownFile,
    complete_image,
    erase_file,
    store_image,
)
from shared_apps.media.domain.images import decode, widths_for
from shared_apps.media.domain.storage import NoSuchFile, put, read
from shared_apps.media.models import StoredFile
from shared_apps.media.queries import file_facts, picture_data
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.models import OutboxEvent
from tests.shared_apps.media.conftest import ACTING, stored_paths


def store(data, name="holiday.jpg"):
    return store_image(data=data, name=name, acting=ACTING, at=now())


def opened(data):
    return Image.open(io.BytesIO(data))


def test_an_image_is_kept_in_every_width_below_the_tenants_prefix(in_alpha, folder, picture):
    stored = store(picture(2000, 1500))

    assert (stored.width, stored.height, stored.content_type) == (1440, 1080, "image/jpeg")
    file = StoredFile.objects.get()
    assert file.variants == {"jpeg": [320, 640, 960, 1440], "webp": [320, 640, 960, 1440]}
    names = [f"{width}.{suffix}" for width in (320, 640, 960, 1440) for suffix in ("jpg", "webp")]
    assert stored_paths(folder) == sorted(
        f"tenants/{in_alpha.id}/images/{file.sha256}/{name}" for name in names
    )
    assert OutboxEvent.objects.get().payload == {"file_id": str(stored.id)}
    assert AuditEntry.objects.get().action == "media.image.store"


def test_avif_follows(in_alpha, picture):
    stored = store(picture(700, 500))

    assert complete_image(file_id=stored.id, at=now())
    assert not complete_image(file_id=stored.id, at=now())

    file = StoredFile.objects.get()
    assert (file.state, file.variants["avif"]) == ("ready", [320, 640, 700])
    with opened(read(f"{file.folder}/640.avif")) as image:
        assert (image.format, image.width) == ("AVIF", 640)


def test_the_relay_makes_it_follow(in_alpha, picture):
    store(picture(400, 300))

    assert deliver_pending(at=now()).delivered == 1
    assert StoredFile.objects.get().state == "ready"


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (10, [10]),
        (320, [320]),
        (321, [320, 321]),
        (900, [320, 640, 900]),
        (5000, [320, 640, 960, 1440]),
    ],
)
def test_no_picture_is_blown_up(width, widths):
    assert widths_for(width) == widths


def test_metadata_goes_and_the_picture_stands_upright(in_alpha, picture):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "canary-description"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (59.0, 19.0, 45.0)
    data = picture(400, 300, exif=exif.tobytes(), comment=b"canary-comment")
    assert b"canary" in data

    store(data)

    file = StoredFile.objects.get()
    assert (file.width, file.height) == (300, 400)
    complete_image(file_id=file.id, at=now())
    file.refresh_from_db()
    for kind, suffix in (("jpeg", "jpg"), ("webp", "webp"), ("avif", "avif")):
        for width in file.variants[kind]:
            written = read(f"{file.folder}/{width}.{suffix}")
            assert b"canary" not in written
            with opened(written) as image:
                assert not image.getexif().get_ifd(0x8825)
                assert dict(image.getexif()) in ({}, {0x0112: 1})
                assert "icc_profile" not in image.info


def test_transparency_survives(in_alpha, picture):
    stored = store(picture(400, 400, "PNG", "RGBA"))

    file = StoredFile.objects.get(id=stored.id)
    assert file.variants == {"png": [320, 400], "webp": [320, 400]}
    with opened(read(f"{file.folder}/320.webp")) as image:
        assert image.mode == "RGBA"


def test_a_png_without_transparency_becomes_a_jpeg(in_alpha, picture):
    opaque = io.BytesIO()
    Image.new("RGBA", (50, 50), (10, 20, 30, 255)).save(opaque, "PNG")

    store(opaque.getvalue())

    assert set(StoredFile.objects.get().variants) == {"jpeg", "webp"}


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colour_modes_become_rgb(picture, mode):
    assert decode(picture(40, 30, "JPEG", mode)).image.mode == "RGB"


def test_palettes_become_rgb(picture):
    assert decode(picture(40, 30, "PNG", "P")).image.mode == "RGB"


def test_colours_of_another_profile_are_converted(picture):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert decode(picture(40, 30, icc_profile=profile)).image.size == (40, 30)
    assert decode(picture(40, 30, icc_profile=b"broken")).image.size == (40, 30)


def test_the_same_bytes_cost_no_second_encoding(in_alpha, folder, picture):
    data = picture(500, 400)
    first = store(data)
    before = {path: (folder / path).stat().st_mtime_ns for path in stored_paths(folder)}

    second = store(data, "again.jpg")

    assert second.id != first.id
    assert {path: (folder / path).stat().st_mtime_ns for path in stored_paths(folder)} == before


def test_erasing_deletes_what_nobody_shares(in_alpha, folder, picture):
    data = picture(500, 400)
    first, second = store(data), store(data)

    erase_file(file_id=first.id, acting=ACTING, at=now())
    assert stored_paths(folder)
    erase_file(file_id=second.id, acting=ACTING, at=now())

    assert stored_paths(folder) == []
    assert picture_data([first.id, second.id]) == {}
    assert file_facts([first.id]) == {}
    with pytest.raises(MoveNotAllowed):
        erase_file(file_id=first.id, acting=ACTING, at=now())
    with pytest.raises(UnknownFile):
        erase_file(file_id=uuid7(), acting=ACTING, at=now())
    assert not complete_image(file_id=first.id, at=now())


def test_an_erased_image_can_come_back(in_alpha, folder, picture):
    data = picture(500, 400)
    erase_file(file_id=store(data).id, acting=ACTING, at=now())

    again = store(data)

    assert stored_paths(folder)
    assert again.id in picture_data([again.id])


def test_pictures_of_a_page_cost_one_query(in_alpha, picture, django_assert_num_queries):
    ids = [store(picture(700 + step, 500)).id for step in range(3)]

    with django_assert_num_queries(1):
        found = picture_data([*ids, UUID(int=1)])
    with django_assert_num_queries(0):
        assert picture_data([]) == {}

    assert set(found) == set(ids)
    sha256 = StoredFile.objects.get(id=ids[0]).sha256
    assert found[ids[0]].src == f"/media/{sha256}/640.jpg"
    assert found[ids[0]].sources["webp"] == {
        width: f"/media/{sha256}/{width}.webp" for width in (320, 640, 700)
    }


def test_pages_fetch_images_for_ever(alpha, picture):
    with bound(alpha):
        found = picture_data([store(picture()).id])
    address = next(iter(found.values())).src
    client = Client(HTTP_HOST=alpha.host)

    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert not response.cookies
    again = client.get(address, HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


def test_an_image_is_not_there_for_another_tenant(alpha, beta, picture):
    with bound(alpha):
        address = next(iter(picture_data([store(picture()).id]).values())).src

    for host in (beta.host, "galleria.localhost", "console.galleria.localhost"):
        response = Client().get(address, HTTP_HOST=host, HTTP_ACCEPT="application/json")
        assert response.status_code == 404


def test_a_write_that_breaks_off_leaves_no_file_of_that_name(in_alpha, folder, monkeypatch):
    def dies(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", dies)
    with pytest.raises(KeyboardInterrupt):
        put("images/x/320.jpg", b"half", content_type="image/jpeg")

    with pytest.raises(NoSuchFile):
        read("images/x/320.jpg")


TRAVERSALS = [
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/640.jpg",
    "....//640.jpg",
    "640.jpg%00.svg",
    "640.svg",
    "640.JPG",
    "99999.jpg",
    "",
]


@pytest.mark.parametrize("name", TRAVERSALS)
def test_other_names_are_404(alpha, picture, name):
    with bound(alpha):
        store(picture())
        sha256 = StoredFile.objects.get().sha256

    response = Client(HTTP_HOST=alpha.host).get(
        f"/media/{sha256}/{name}", HTTP_ACCEPT="application/json"
    )

    assert response.status_code == 404


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../../x", "..\\x", "images/../../../platform/x"]
)
def test_no_name_leaves_the_prefix(in_alpha, beta, folder, name):
    with bound(PLATFORM):
        put("x", b"platform", content_type="text/plain")
    with bound(beta):
        put("x", b"beta", content_type="text/plain")

    with pytest.raises(NoSuchFile):
        read(name)
