"""What an upload really is, told from its bytes; refused before anything is decoded or kept."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from shared_apps.kernel.errors import DomainError, Unprocessable

IMAGE_BYTES_MAX = 20 * 1024 * 1024
SIDE_MAX = 12_000
# Pillow decodes JPEG at a fraction of its size, the others only whole (4 bytes a pixel).
PIXELS_MAX = {"JPEG": 52_000_000, "PNG": 30_000_000, "WEBP": 30_000_000}
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

_TAIL = 66_000  # a zip ends with its directory and at most 65,535 bytes of comment
_HEAD = 1024
_SCRIPT = re.compile(rb"<script|<\?php|<svg|<html|<!doctype|javascript:", re.IGNORECASE)
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
)


class FileTooLarge(DomainError):
    code, title, status = "file_too_large", "This file is too large", 413


class NotAnImage(Unprocessable):
    code, title, status = "not_an_image", "This is not a JPEG, PNG or WebP image", 415


class ImageTooLarge(Unprocessable):
    code, title = "image_too_large", "This image has too many pixels"


class SuspiciousFile(Unprocessable):
    code, title = "suspicious_file", "This file is more than one thing at once"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header of an image says."""

    format: str
    content_type: str
    width: int
    height: int


def sniff_image(data: bytes) -> ImageFacts:
    """The facts of an acceptable image (rule).

    Reads the header only: magic bytes, format, sides; then looks for a second file inside, and
    lets the format's own check sums decide. Raises FileTooLarge, NotAnImage, ImageTooLarge and
    SuspiciousFile.
    """
    if len(data) > IMAGE_BYTES_MAX:
        raise FileTooLarge(limit=IMAGE_BYTES_MAX)
    facts = _header(data)
    if max(facts.width, facts.height) > SIDE_MAX or (
        facts.width * facts.height > PIXELS_MAX[facts.format]
    ):
        raise ImageTooLarge(f"{facts.width} x {facts.height} pixels are more than we take")
    if _hides_another_file(data):
        raise SuspiciousFile
    _verify(data, facts.format)
    return facts


def _header(data: bytes) -> ImageFacts:
    if not _has_magic(data):
        raise NotAnImage
    try:
        with Image.open(io.BytesIO(data), formats=tuple(CONTENT_TYPES)) as image:
            width, height = image.size
            kind = image.format or ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge from error
    except _BROKEN as error:
        raise NotAnImage from error
    if not width or not height:
        raise NotAnImage
    return ImageFacts(kind, CONTENT_TYPES[kind], width, height)


def _has_magic(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def _hides_another_file(data: bytes) -> bool:
    tail = data[-_TAIL:]
    return (
        b"PK\x05\x06" in tail
        or b"%PDF-" in data[:_HEAD]
        or _SCRIPT.search(data[:_TAIL]) is not None
        or _SCRIPT.search(tail) is not None
    )


def _verify(data: bytes, kind: str) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            image.verify()
    except _BROKEN as error:
        raise NotAnImage("This image is damaged") from error
