from __future__ import annotations

import io
import resource
import struct
import time
import zipfile
import zlib

import pytest
from PIL import Image, PngImagePlugin

from shared_apps.kernel.clock import now
from shared_apps.media.domain.files import store_image
from shared_apps.media.domain.images import decode
from shared_apps.media.domain.sniffing import (
    FileTooLarge,
    ImageTooLarge,
    NotAnImage,
    SuspiciousFile,
    sniff_image,
)
from shared_apps.media.models import StoredFile
from tests.shared_apps.media.conftest import ACTING


def png_chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_of(width, height, rows=b""):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", rows)
        + png_chunk(b"IEND", b"")
    )


def pixel_bomb():
    """10,000 x 10,000 pixels of black in under 300 kB: 400 MB once decoded."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * 10_000)
    rows = b"".join(packer.compress(row) for _row in range(10_000)) + packer.flush()
    return png_of(10_000, 10_000, rows)


def nested_zip():
    data = b"\0" * 1_000_000
    for _level in range(5):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in range(10):
                archive.writestr(f"{name}.zip", data)
        data = buffer.getvalue()
    return data


def jpeg(width=64, height=64):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


def jpeg_and_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("evil.html", "<h1>hello</h1>")
    return jpeg() + buffer.getvalue()


def png_with_script():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<SCRIPT>alert(document.domain)</SCRIPT>")
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def text_bomb():
    """A compressed text chunk of 64 MB inside a tiny picture."""
    packed = zlib.compress(b"\0" * 64_000_000)
    chunk = png_chunk(b"zTXt", b"Comment\0\0" + packed)
    plain = png_of(1, 1, zlib.compress(b"\0\0\0\0"))
    return plain[:33] + chunk + plain[33:]


SVG = b"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>
<foreignObject><body onload="alert(1)"/></foreignObject><text>&x;</text></svg>"""

BAD = {
    "pixel bomb": (pixel_bomb, ImageTooLarge),
    "huge claim": (lambda: png_of(2_000_000_000, 2_000_000_000), (ImageTooLarge, NotAnImage)),
    "long and thin": (lambda: png_of(13_000, 1, zlib.compress(b"\0" * 39_001)), ImageTooLarge),
    "no pixels": (lambda: png_of(0, 0), NotAnImage),
    "text bomb": (text_bomb, NotAnImage),
    "svg with script": (lambda: SVG, NotAnImage),
    "svg behind a byte order mark": (lambda: b"\xef\xbb\xbf" + SVG, NotAnImage),
    "nested zip": (nested_zip, NotAnImage),
    "gif and javascript": (lambda: b"GIF89a/*\x01\x00*/=1;alert(1)//;", NotAnImage),
    "jpeg and zip": (jpeg_and_zip, SuspiciousFile),
    "jpeg and php": (lambda: jpeg() + b"<?php system($_GET['c']); ?>", SuspiciousFile),
    "png with script": (png_with_script, SuspiciousFile),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 100, NotAnImage),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", NotAnImage),
    "truncated jpeg": (lambda: jpeg(800, 600)[:900], NotAnImage),
    "truncated png": (lambda: png_of(64, 64, b"x\x9c"), NotAnImage),
    "jpeg by name only": (lambda: b"\xff\xd8\xff" + b"\0" * 100, NotAnImage),
    "tiff": (lambda: b"II*\0" + b"\0" * 100, NotAnImage),
    "empty": (lambda: b"", NotAnImage),
    "too many bytes": (lambda: jpeg() + b"\0" * (20 * 1024 * 1024), FileTooLarge),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_uploads_are_refused_quickly_and_leave_nothing(in_alpha, folder, name):
    make, refusal = BAD[name]
    data = make()
    started, memory = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(refusal):
        store_image(data=data, name="holiday.jpg", acting=ACTING, at=now())

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert time.perf_counter() - started < 5
    assert grown < 200 * 1024
    assert not folder.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB")])
def test_good_uploads_are_told_apart_by_their_bytes(picture, kind, mode):
    facts = sniff_image(picture(30, 20, kind, mode))

    assert (facts.format, facts.width, facts.height) == (kind, 30, 20)


def test_every_cut_of_a_picture_is_refused_or_whole(picture):
    data = picture(120, 90, "PNG")
    refused = 0
    for end in range(0, len(data), 7):
        try:
            sniff_image(data[:end])
            assert decode(data[:end]).image.size == (120, 90)
        except NotAnImage:
            refused += 1

    assert refused > len(data) // 7 - 5
