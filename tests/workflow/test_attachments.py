"""Attachments: hostile names, false types, packed bombs, macros, and a store that nobody else can read."""

import io
import stat
import zipfile

import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from workflow.attachments import LARGEST, ODF, OOXML, PrivateStorage, Unacceptable, clean_name, inspect, stored_name

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + b"\0" * 100


def package(parts, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def office(kind, **more):
    types = f'<Types><Override PartName="/main.xml" ContentType="{OOXML}{kind}.main+xml"/></Types>'
    return package({"[Content_Types].xml": types, "main.xml": "<main/>"} | more)


def workbook():
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("plan.pdf", PDF, "application/pdf"),
        ("Plan.PDF", PDF, "application/pdf"),
        ("map.png", PNG, "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        ("need.docx", office("wordprocessingml.document"), OOXML + "wordprocessingml.document"),
        ("cost.xlsx", workbook(), OOXML + "spreadsheetml.sheet"),
        ("talk.pptx", office("presentationml.presentation"), OOXML + "presentationml.presentation"),
        ("need.odt", package({"mimetype": ODF + "text", "content.xml": "<a/>"}), ODF + "text"),
        ("rows.csv", "\ufeffname,cost\nJosé,12\n".encode(), "text/csv"),
        ("notes.txt", "Cost: 5 €".encode("cp1252"), "text/plain"),
        ("notes.txt", "From a spreadsheet".encode("utf-16"), "text/plain"),
        ("mail.eml", b"Subject: Is this possible?\r\n\r\nYes.\r\n", "message/rfc822"),
    ],
)
def test_inspect_takes_what_offices_use(name, content, content_type):
    file = io.BytesIO(content)

    found = inspect(name, file)

    assert (found.name, found.content_type, found.size, file.tell()) == (name, content_type, len(content), 0)


def test_inspect_gives_the_fingerprint():
    assert inspect("a.txt", io.BytesIO(b"abc")).sha256.startswith("ba7816bf8f01cfea414140de5dae2223")


@pytest.mark.peer("T23")
@pytest.mark.parametrize(
    "content", [HTML, SVG, EXE, b"  \n" + HTML, b"\xef\xbb\xbf" + SVG, HTML.decode().encode("utf-16")]
)
@pytest.mark.parametrize("name", ["a.pdf", "a.png", "a.docx", "a.odt", "a.csv", "a.txt", "a.eml"])
def test_a_page_or_program_never_passes_as_another_type(name, content):
    with pytest.raises(Unacceptable):
        inspect(name, io.BytesIO(content))


@pytest.mark.peer("T23")
@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a.zip", "a.docm", "a.xlsm", "a", ".htaccess", "pdf"])
def test_a_kind_that_is_not_listed_is_never_taken(name):
    with pytest.raises(Unacceptable, match="Attach one of these"):
        inspect(name, io.BytesIO(PDF))


@pytest.mark.peer("T24")
@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        (".hta\u200bccess", "htaccess"),
        ("\u200b.htaccess", "htaccess"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("shell.php\u200b.", "shell.php"),
        ("shell.php\x00.png", "shell.php.png"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("a\uff0fb.txt", "b.txt"),
        ("plan.pdf...  ", "plan.pdf"),
        ("two\r\nlines.txt", "two lines.txt"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("x" * 300 + ".xlsx", "x" * 145 + ".xlsx"),
        ("x" * 300, "x" * 150),
    ],
)
def test_a_name_is_cleaned_before_it_is_judged(name, cleaned):
    assert clean_name(name) == cleaned


@pytest.mark.peer("T24")
@given(st.text(max_size=60))
def test_no_name_keeps_a_path_or_an_invisible_character(name):
    try:
        cleaned = clean_name(name)
    except Unacceptable:
        return
    assert (cleaned.isprintable(), set('/\\<>:"|?*') & set(cleaned), cleaned.strip(" .")) == (True, set(), cleaned)


def test_a_file_without_a_name_is_sent_back():
    with pytest.raises(Unacceptable, match="no name"):
        clean_name("\u200b..")


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"%PDF-1.7" + b"\0" * LARGEST, "larger than 20 MB")]
)
def test_size_limits(content, words):
    with pytest.raises(Unacceptable, match=words):
        inspect("a.pdf", io.BytesIO(content))


def test_a_packed_bomb_is_not_taken():
    bomb = office("wordprocessingml.document", **{"word/media.bin": b"\0" * 30_000_000})

    with pytest.raises(Unacceptable, match="unpacks to far more"):
        inspect("a.docx", io.BytesIO(bomb))


def test_a_package_that_lies_about_its_size_is_not_taken():
    content = bytearray(package({"mimetype": ODF + "text", "content.xml": b"\0" * 5_000_000}))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")

    with pytest.raises(Unacceptable, match="damaged"):
        inspect("a.odt", io.BytesIO(content))


def test_a_package_of_too_many_parts_is_not_taken():
    with pytest.raises(Unacceptable, match="unpacks to far more"):
        inspect("a.odt", io.BytesIO(package({f"p{n}": "" for n in range(10_001)})))


@pytest.mark.peer("T24")
@pytest.mark.parametrize("part", ["../../evil.txt", "/etc/evil", "a/..\\..\\evil"])
def test_a_package_with_a_way_out_of_its_folder_is_not_taken(part):
    with pytest.raises(Unacceptable, match="damaged"):
        inspect("a.odt", io.BytesIO(package({"mimetype": ODF + "text", part: "x"})))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", office("wordprocessingml.document", **{"word/VBAProject.bin": "x"})),
        (
            "a.docx",
            package({"[Content_Types].xml": '<Override ContentType="application/vnd.ms-word.macroEnabled.main+xml"/>'}),
        ),
        ("a.ods", package({"mimetype": ODF + "spreadsheet", "Basic/script-lc.xml": "x"})),
    ],
)
def test_macros_are_not_taken(name, content):
    with pytest.raises(Unacceptable, match="contains macros"):
        inspect(name, io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", workbook()),
        ("a.docx", package({"anything.txt": "x"})),
        ("a.odt", package({"mimetype": ODF + "spreadsheet"})),
        ("a.odt", package({"content.xml": "x"})),
        ("a.txt", b"a\x07bell"),
        ("a.txt", b"\xff\xfea"),
        ("a.csv", b"\x81\x8d\x8f"),
        ("a.eml", b"no header here"),
        ("a.png", PDF),
    ],
)
def test_content_must_match_the_name(name, content):
    with pytest.raises(Unacceptable, match="does not match its name"):
        inspect(name, io.BytesIO(content))


def test_a_damaged_or_locked_package_is_not_taken():
    locked = bytearray(package({"mimetype": ODF + "text"}, zipfile.ZIP_STORED))
    locked[locked.index(b"PK\x03\x04") + 6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1

    for content in (bytes(locked), workbook()[:-200]):
        with pytest.raises(Unacceptable, match="damaged or protected"):
            inspect("a.odt", io.BytesIO(content))


@pytest.mark.peer("T2")
def test_stored_names_are_never_guessable():
    names = {stored_name() for _ in range(1000)}

    assert (len(names), {len(name) for name in names}) == (1000, {35})


@pytest.mark.peer("T1")
def test_the_store_has_no_address_and_is_never_readable_by_others(settings):
    storage = PrivateStorage()

    stored = storage.save("plan.pdf", ContentFile(PDF))

    path = settings.MEDIA_ROOT / "attachments" / stored
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent, path.parent.parent)]
    assert ("plan" in stored, path.read_bytes(), modes) == (False, PDF, [0o600, 0o700, 0o700])
    with pytest.raises(ValueError, match="not accessible via a URL"):
        storage.url(stored)
