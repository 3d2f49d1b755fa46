"""Odd input into every field of every form that anybody meets: an answer, never a failure."""

import pytest

from tests.pages import all_forms, send, whole_world

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
NUL = b"a\0b"
# Four-byte letters, a change of direction, half a letter (a surrogate), bytes that are no UTF-8, digits of elsewhere.
STRANGE = "🚒 👩🏽‍🚒 \u202eכבאי\u202c ٣² ".encode() + b"\xed\xa0\x80 \xff\xfe"
MEGABYTE = b"long words " * 95_400
OF_TEXT = {"a NUL": NUL, "strange letters": STRANGE, "a megabyte": MEGABYTE}
OF_NUMBERS = {"many digits": b"9" * 400, "too large": b"1e400", "no number": b"NaN", "elsewhere": "٣".encode()}
OF_DAYS = {"the last day": b"9999-12-31", "the first day": b"0001-01-01", "a NUL": NUL}
OF_CHOICES = {"a NUL": NUL, "many digits": b"9" * 400}
BY_KIND = {
    "number": OF_NUMBERS,
    "date": OF_DAYS,
    **dict.fromkeys(("select", "radio", "checkbox", "hidden"), OF_CHOICES),
}


def test_every_form_answers_to_odd_input(tmp_path):
    failed, taken = [], set()
    with whole_world(tmp_path) as world:
        for person, form in all_forms(world):
            client, button = world.clients[person], next(iter(form.buttons), None)
            if send(client, form.method, form.action, form.filled(button)).status_code == 302:
                taken.add(form.action)
            for field in form.fields:
                for name, value in BY_KIND.get(field.kind, OF_TEXT).items():
                    answer = send(client, form.method, form.action, form.filled(button, **{field.name: value}))
                    if answer.status_code >= 500:
                        failed.append(f"{form.method} {form.action} {field.name}: {name}: {answer.exc_info[1]!r}")
    assert "\n".join(failed) == ""
    assert len(taken) > 60  # most of them are filled so well that only the odd field is in the way
