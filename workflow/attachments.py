"""Files that people attach: what may come in, under which name it is kept, and where."""

import re
import secrets
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

LARGEST = 20 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
LARGEST_RATIO = 100
LONGEST_NAME = 150
MOST_PARTS = 10_000
CHUNK = 64 * 1024

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
MARKUP = re.compile(rb"\s*(<!doctype|<html|<head|<body|<svg|<script|<\?xml|<\?php|<!--|#!)", re.IGNORECASE)
MAIL_HEADER = re.compile(rb"(From |[A-Za-z][A-Za-z0-9-]*:[ \t])")
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f"))


class Unacceptable(ValidationError):
    """A file that is not taken in; the message says what to do instead."""


@dataclass(frozen=True)
class Inspected:
    """What was found out about a file: a harmless name, its true type, its size in bytes, its fingerprint."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Kind:
    """One kind of file: how it is served, and whether a file's content is of this kind."""

    content_type: str
    fits: Callable[[IO[bytes], str], bool]


def inspect(name: str, file: IO[bytes]) -> Inspected:
    """Look at name and content of an open file; raises Unacceptable. Leaves the file at its beginning."""
    name = clean_name(name)
    size, fingerprint = _measure(file)
    kind = KINDS.get(name.rpartition(".")[2].lower() if "." in name else "")
    if kind is None:
        raise Unacceptable(_("This kind of file is not taken here. Attach one of these: %(kinds)s."), params=_kinds())
    file.seek(0)
    try:
        if not kind.fits(file, kind.content_type):
            raise Unacceptable(
                _("The content of this file does not match its name. Save it again from the program that made it.")
            )
    finally:
        file.seek(0)
    return Inspected(name, kind.content_type, size, fingerprint)


def clean_name(name: str) -> str:
    """A name that is only a name: no path, no invisible characters, no dots at the ends."""
    name = unicodedata.normalize("NFKC", name)
    name = "".join(" " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[<>:"|?*]', "_", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    if not name:
        raise Unacceptable(_("This file has no name. Save it under a name and attach it again."))
    stem, dot, extension = name.rpartition(".")
    return stem[: LONGEST_NAME - len(extension) - 1] + dot + extension if dot else name[:LONGEST_NAME]


def _measure(file: IO[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of a file; raises Unacceptable for an empty or too large one."""
    file.seek(0)
    size, digest = 0, sha256()
    while chunk := file.read(CHUNK):
        size += len(chunk)
        digest.update(chunk)
        if size > LARGEST:
            raise Unacceptable(
                _("This file is larger than %(megabytes)s MB. Attach a smaller one, or a note that says where it is."),
                params={"megabytes": LARGEST // 1024**2},
            )
    if not size:
        raise Unacceptable(_("This file is empty. Check it and attach it again."))
    return size, digest.hexdigest()


def _kinds() -> dict[str, str]:
    return {"kinds": ", ".join(KINDS)}


def _is_binary(file: IO[bytes], content_type: str) -> bool:
    return filetype.guess_mime(file.read(CHUNK)) == content_type


def _is_text(file: IO[bytes], content_type: str) -> bool:
    """Text in UTF-8, UTF-16 with its mark, or the Windows code page; no control characters, no markup."""
    content = file.read()
    if MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")) or filetype.guess_mime(content[:CHUNK]):
        return False
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "cp1252"):
        try:
            plain = content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
        except UnicodeDecodeError:
            continue
        return not MARKUP.match(plain) and plain == plain.translate(None, CONTROLS)
    return False


def _is_mail(file: IO[bytes], content_type: str) -> bool:
    start = file.read(CHUNK)
    file.seek(0)
    return bool(MAIL_HEADER.match(start)) and _is_text(file, content_type)


def _is_office(file: IO[bytes], content_type: str) -> bool:
    """A word-processing, spreadsheet or slide file of Office: a package whose main part is of this type."""
    with _opened(file) as package:
        if "[Content_Types].xml" not in package.namelist():
            return False
        declared = _read_small(package, "[Content_Types].xml")
        if b"macroenabled" in declared.lower() or b"vbaproject" in declared.lower():
            _refuse_macros()
        return f'"{content_type}.main+xml"'.encode() in declared.replace(b"'", b'"')


def _is_open_document(file: IO[bytes], content_type: str) -> bool:
    """A file of the OpenDocument family: a package that names its own type."""
    with _opened(file) as package:
        if any(name.lower().startswith(("basic/", "scripts/")) for name in package.namelist()):
            _refuse_macros()
        return "mimetype" in package.namelist() and _read_small(package, "mimetype").strip() == content_type.encode()


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    """A package that was unpacked once, part by part, within the limits."""
    damaged = Unacceptable(_("This file is damaged or protected by a password. Save it again without, and attach it."))
    too_much = Unacceptable(_("This file unpacks to far more than its size. Attach the content in smaller files."))
    size = file.seek(0, 2)
    try:
        package = zipfile.ZipFile(file)
        limit = min(LARGEST_UNPACKED, max(LARGEST_RATIO * size, 1024**2))
        if len(package.infolist()) > MOST_PARTS or sum(part.file_size for part in package.infolist()) > limit:
            raise too_much
        for part in package.infolist():
            _check_part(part)
            with package.open(part) as content:  # reads to the end, so a false size or checksum shows
                while content.read(CHUNK):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise damaged from error
    return package


def _check_part(part: zipfile.ZipInfo) -> None:
    path = part.filename.replace("\\", "/").lower()
    if path.startswith("/") or ".." in path.split("/"):
        raise zipfile.BadZipFile(path)
    if path.endswith("vbaproject.bin"):
        _refuse_macros()


def _read_small(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as content:
        return content.read(1024**2)


def _refuse_macros() -> None:
    raise Unacceptable(_("This file contains macros. Save it without macros and attach it again."))


KINDS = {
    "pdf": Kind("application/pdf", _is_binary),
    "png": Kind("image/png", _is_binary),
    "jpg": Kind("image/jpeg", _is_binary),
    "jpeg": Kind("image/jpeg", _is_binary),
    "gif": Kind("image/gif", _is_binary),
    "docx": Kind(OOXML + "wordprocessingml.document", _is_office),
    "xlsx": Kind(OOXML + "spreadsheetml.sheet", _is_office),
    "pptx": Kind(OOXML + "presentationml.presentation", _is_office),
    "odt": Kind(ODF + "text", _is_open_document),
    "ods": Kind(ODF + "spreadsheet", _is_open_document),
    "odp": Kind(ODF + "presentation", _is_open_document),
    "csv": Kind("text/csv", _is_text),
    "txt": Kind("text/plain", _is_text),
    "eml": Kind("message/rfc822", _is_mail),
}


def stored_name() -> str:
    """A name of 128 random bits that says nothing about the file; the first two characters are its folder."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


@deconstructible
class PrivateStorage(FileSystemStorage):
    """A folder of its own that nobody else may read, without addresses; every file gets a generated name."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "attachments"

    @property
    def base_url(self) -> None:  # type: ignore[override]
        return None

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return stored_name()
