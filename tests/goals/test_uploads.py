"""Bringing many values: looked at line by line, taken over whole by whoever keeps the measure, or dropped."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from goals import actions
from goals.incoming.sheets import read_text
from goals.models import Index, Measurement, MeasurementPart, Member, Upload
from goals.tasks import forget_old_uploads
from tests.factories import MeasureFactory, MeasurementFactory, UserFactory
from tests.races import together
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event

pytestmark = pytest.mark.django_db
MONTHS = "Month\tValue\n2026-01\t5.9\n2026-02\t6.1234567\n2026-03\t6"


@pytest.fixture
def measure():
    return MeasureFactory()


@pytest.fixture
def owner(client, measure):
    client.force_login(measure.owner, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def bring(measure, text=MONTHS):
    return actions.bring_values(measure, by=measure.owner, sheets=[read_text(text)], name="values.csv")


def take(upload, reason="", seen=None, **answers):
    by = upload.measure.owner
    actions.answer_upload(upload, by=by, answers=answers)
    upload = Upload.objects.get(pk=upload.pk)
    seen = seen or actions.plan_of(upload).seen
    return actions.take_over(upload, by=by, seen=seen, answers=answers, reason=reason)


def test_pasted_lines_are_looked_at_and_then_taken_over(owner, measure):
    answer = owner.post(reverse("measure-bring", args=[measure.slug]), {"pasted": MONTHS}, follow=True)

    page = answer.content.decode()
    assert "Take over 3 values" in page
    assert "Feb 2026" in page
    assert not Measurement.objects.exists()

    upload = Upload.objects.get()
    seen = answer.context["seen"]
    done = owner.post(upload.get_absolute_url(), {"do": "take", "seen": seen}, follow=True)
    assert f"3 values of “{measure.name}” are entered." in done.content.decode()
    assert list(measure.measurements.values_list("period_on", "value")) == [
        (date(2026, 1, 1), Decimal("5.9")),
        (date(2026, 2, 1), Decimal("6.1234567")),
        (date(2026, 3, 1), Decimal(6)),
    ]
    assert Event.objects.about(measure).get().data["count"] == 3
    measure.refresh_from_db()
    assert measure.last_on == date(2026, 3, 1)

    again = owner.post(upload.get_absolute_url(), {"do": "take", "seen": seen})
    assert again.status_code == 409
    assert "3 values were taken over" in again.content.decode()
    assert measure.measurements.count() == 3
    assert Event.objects.about(measure).count() == 1


def test_a_file_is_read_by_what_it_holds(owner, measure):
    file = SimpleUploadedFile("values.exe", b"date;value\n2026-01;5,9", "image/png")

    page = owner.post(reverse("measure-bring", args=[measure.slug]), {"file": file}, follow=True).content.decode()

    assert "values.exe" in page
    assert "Take over 1 value" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Paste the lines, or choose a file."),
        ({"pasted": '2026-01,"5'}, "Check its quotation marks."),
        ({"pasted": "2026-01,5", "file": SimpleUploadedFile("a.csv", b"1,2")}, "not both"),
        ({"file": SimpleUploadedFile("old.xls", b"\xd0\xcf\x11\xe0")}, "Save it as XLSX or CSV"),
    ],
)
def test_what_cannot_be_read_says_what_to_do_and_keeps_the_text(owner, measure, data, said):
    answer = owner.post(reverse("measure-bring", args=[measure.slug]), data)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Upload.objects.exists()
    if "pasted" in data and "file" not in data:
        assert "2026-01,&quot;5" in answer.content.decode()


def test_questions_are_answered_before_anything_is_taken_over(owner, measure):
    upload = bring(measure, "3/4/2026,5\n4/4/2026,6")
    measure.cadence = "daily"
    measure.save()

    asked = owner.post(upload.get_absolute_url(), {"do": "take", "seen": "", "order": "day"})
    assert asked.status_code == 422
    assert "You changed an answer." in asked.content.decode()
    looked = owner.post(upload.get_absolute_url(), {"do": "look", "order": "day"}, follow=True)
    assert "Apr 3, 2026" in looked.content.decode()
    owner.post(upload.get_absolute_url(), {"do": "take", "seen": looked.context["seen"], "order": "day"})

    assert list(measure.measurements.values_list("period_on", flat=True)) == [date(2026, 4, 3), date(2026, 4, 4)]


def test_unanswered_questions_stop_it(measure):
    upload = bring(measure, "2026-01,5\n2026-01,6")

    with pytest.raises(MoveRefused, match="Answer each question first"):
        take(upload)

    assert not Measurement.objects.exists()


def test_corrections_need_the_reason_and_keep_the_old_value(measure):
    MeasurementFactory(measure=measure, period_on=date(2026, 1, 1), value=Decimal("7.5"))

    with pytest.raises(MoveRefused, match="Write why"):
        take(bring(measure), differ="correct")
    take(bring(measure), differ="correct", reason="The clock was wrong.")

    event = Event.objects.get(verb="goals.measure.bring")
    assert (event.note, event.actor, event.data["corrected"]) == ("The clock was wrong.", measure.owner, 1)
    assert event.data["changes"] == {"2026-01-01": ["7.5", "5.9"]}
    assert list(measure.measurements.values_list("value", "version")) == [
        (Decimal("5.9"), 2),
        (Decimal("6.1234567"), 1),
        (Decimal(6), 1),
    ]


def test_a_value_entered_meanwhile_is_looked_at_again(measure):
    upload = bring(measure)
    seen = actions.plan_of(upload).seen
    actions.record_measurement(measure, by=measure.owner, period_on=date(2026, 3, 1), value=Decimal(9))

    with pytest.raises(Conflict, match="Look at the lines again"):
        take(upload, seen=seen)

    assert list(measure.measurements.values_list("value", flat=True)) == [Decimal(9)]


def test_two_tables_with_the_same_values_enter_them_once(measure):
    first, second = bring(measure), bring(measure)
    take(first)

    with pytest.raises(MoveRefused, match="nothing to take over"):
        take(second)

    assert measure.measurements.count() == 3


def test_dropped_lines_leave_nothing(owner, measure):
    upload = bring(measure)

    owner.post(upload.get_absolute_url(), {"do": "drop"})

    upload.refresh_from_db()
    assert (upload.rows, Measurement.objects.count()) == ([], 0)
    with pytest.raises(Conflict):
        take(upload, seen="x")


def test_the_break_down_comes_with_the_values(measure):
    measure.broken_down_by, measure.parts_add_up = "council district", True
    measure.save()
    text = "Month,Value,North,Counted,South\n2026-01,5,2,12,3"

    take(bring(measure, text), columns=["period", "value", "part", "count", "part"])

    parts = MeasurementPart.objects.values_list("name", "value", "count")
    assert list(parts) == [("North", Decimal(2), 12), ("South", Decimal(3), None)]
    text = "Month,Value,North,Counted,South\n2026-01,5,1,12,4"
    columns = ["period", "value", "part", "count", "part"]
    take(bring(measure, text), columns=columns, differ="correct", reason="Streets were in the wrong district.")
    assert list(parts.all()) == [("North", Decimal(1), 12), ("South", Decimal(4), None)]
    assert Event.objects.filter(verb="goals.measure.bring").latest("id").data["parts"] == {
        "2026-01-01, North": ["2 (12)", "1 (12)"],
        "2026-01-01, South": ["3", "4"],
    }


def test_an_index_of_the_measure_is_calculated_with_it(measure):
    measure.target, measure.target_on = Decimal(6), date(2027, 1, 1)
    measure.save()
    index = Index.objects.create(measure=MeasureFactory(unit="score", direction="up"))
    Member.objects.create(index=index, measure=measure, weight=100)

    take(bring(measure))

    assert list(index.measure.measurements.values_list("period_on", flat=True)) == [
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
    ]
    assert index.measure.measurements.last().value == 1


def test_an_index_takes_no_values(measure):
    Index.objects.create(measure=measure)

    with pytest.raises(MoveRefused, match="Bring theirs"):
        bring(measure)


def test_nobody_but_the_keepers_brings_values(client, measure):
    upload = bring(measure)
    client.force_login(UserFactory(roles="leadership"), "allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(reverse("measure-bring", args=[measure.slug])).status_code == 404
    assert client.get(upload.get_absolute_url()).status_code == 404
    with pytest.raises(NotYourMove):
        actions.drop_upload(upload, by=UserFactory())


def test_the_page_costs_the_same_for_one_line_and_for_many(owner, measure, django_assert_max_num_queries):
    days = "\n".join(f"{year}-{month:02},{month}" for year in range(2000, 2026) for month in range(1, 13))
    upload = bring(measure, days)

    with django_assert_max_num_queries(15):
        page = owner.get(upload.get_absolute_url())

    assert "Further in the list" in page.content.decode()


def test_the_measure_page_leads_the_keepers_there(owner, measure, django_assert_max_num_queries):
    upload = bring(measure)
    dropped = bring(measure)
    actions.drop_upload(dropped, by=measure.owner)

    with django_assert_max_num_queries(15):
        page = owner.get(measure.get_absolute_url()).content.decode()

    assert reverse("measure-bring", args=[measure.slug]) in page
    assert upload.get_absolute_url() in page
    assert dropped.get_absolute_url() not in page
    owner.force_login(UserFactory(), "allauth.account.auth_backends.AuthenticationBackend")
    assert upload.get_absolute_url() not in owner.get(measure.get_absolute_url()).content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_people_who_take_over_at_the_same_moment_enter_each_value_once(measure):
    upload, seen = bring(measure), actions.plan_of(bring(measure)).seen

    def take_it():
        return actions.take_over(Upload.objects.get(pk=upload.pk), by=measure.owner, seen=seen, answers={})

    outcomes = together(6, take_it)

    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 5 + ["Upload"]
    assert measure.measurements.count() == 3
    assert Event.objects.filter(verb="goals.measure.bring").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_tables_at_the_same_moment_enter_each_value_once(measure):
    uploads = [bring(measure) for _ in range(4)]
    seen = actions.plan_of(uploads[0]).seen
    free = [upload.pk for upload in uploads]

    def take_one():
        return actions.take_over(Upload.objects.get(pk=free.pop()), by=measure.owner, seen=seen, answers={})

    outcomes = together(4, take_one)

    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 3 + ["Upload"]
    assert measure.measurements.count() == 3


def test_the_columns_are_asked_about_on_the_page_and_the_answer_stays(owner, measure):
    upload = bring(measure, "When,First,Second\n2026-01,5,6\n2026-02,7,8")
    page = owner.get(upload.get_absolute_url()).content.decode()
    assert "What is in which column?" in page

    roles = {"column_0": "period", "column_1": "out", "column_2": "value"}
    looked = owner.post(upload.get_absolute_url(), {"do": "look", **roles}, follow=True)
    assert "Take over 2 values" in looked.content.decode()
    owner.post(upload.get_absolute_url(), {"do": "take", "seen": looked.context["seen"], **roles})

    assert list(measure.measurements.values_list("value", flat=True)) == [6, 8]


def test_an_unknown_answer_is_refused_with_what_stands_there(owner, measure):
    upload = bring(measure, "2026-01,5\n2026-01,6")

    answer = owner.post(upload.get_absolute_url(), {"do": "look", "twice_2026-01-01": "99"})

    assert answer.status_code == 422
    upload.refresh_from_db()
    assert upload.answers == {}


def workbook(**sheets):
    book, file = Workbook(), BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.strip("_"))
        sheet.sheet_state = "hidden" if name.startswith("_") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(file)
    return SimpleUploadedFile("values.xlsx", file.getvalue())


def test_of_several_sheets_one_is_chosen_and_the_page_says_which(owner, measure):
    file = workbook(Notes=[["Kept by Ann"]], Old=[["2025-01", 9]], New=[["2026-01", 5], ["2026-02", 6]], Empty=[])

    asked = owner.post(reverse("measure-bring", args=[measure.slug]), {"file": file}, follow=True)

    (question,) = asked.context["plan"].questions
    assert [code for code, _label in question.choices] == ["Notes", "Old", "New"]
    assert (asked.context["plan"].rows, asked.context["plan"].is_answered) == ([], False)
    upload = Upload.objects.get()
    old = owner.post(upload.get_absolute_url(), {"do": "look", "sheet": "Old"}, follow=True)
    assert "values.xlsx, sheet “Old”" in old.content.decode()
    assert "Jan 2025" in old.content.decode()
    changed = owner.post(upload.get_absolute_url(), {"do": "take", "seen": old.context["seen"], "sheet": "New"})
    assert changed.status_code == 422
    new = owner.post(upload.get_absolute_url(), {"do": "look", "sheet": "New"}, follow=True)
    owner.post(upload.get_absolute_url(), {"do": "take", "seen": new.context["seen"], "sheet": "New"})

    assert list(measure.measurements.values_list("value", flat=True)) == [5, 6]
    assert Event.objects.about(measure).get().data["name"] == "values.xlsx, sheet “New”"
    upload.refresh_from_db()
    assert (upload.rows, upload.sheets, upload.told) == ([], [], "values.xlsx, sheet “New”")


def test_the_answers_about_one_sheet_are_not_those_about_another(measure):
    sheets = [replace(read_text("3/4/2026,5\n4/4/2026,6"), name=name) for name in ("Old", "New")]
    upload = actions.bring_values(measure, by=measure.owner, sheets=sheets, name="values.xlsx")
    actions.answer_upload(upload, by=measure.owner, answers={"sheet": "Old"})
    actions.answer_upload(upload, by=measure.owner, answers={"sheet": "Old", "order": "day"})
    assert Upload.objects.get().answers == {"sheet": "Old", "order": "day"}

    actions.answer_upload(upload, by=measure.owner, answers={"sheet": "New", "order": "day"})

    assert Upload.objects.get().answers == {"sheet": "New"}


def test_the_only_sheet_that_people_see_is_read_and_named(owner, measure):
    file = workbook(_Lists=[["minutes"]], Values=[["2026-01", 5]])

    page = owner.post(reverse("measure-bring", args=[measure.slug]), {"file": file}, follow=True)

    assert page.context["plan"].questions == []
    assert "values.xlsx, sheet “Values”" in page.content.decode()
    assert "Take over 1 value" in page.content.decode()


def test_a_sheet_that_cannot_be_read_says_why_and_another_is_read(owner, measure):
    file = workbook(Sums=[["2026-01", "=1+1"]], Values=[["2026-01", 5]])

    page = owner.post(reverse("measure-bring", args=[measure.slug]), {"file": file}, follow=True)

    (told,) = page.context["plan"].remarks
    assert told.startswith("The sheet “Sums” cannot be read: ")
    assert "formula without a result" in told
    assert "Take over 1 value" in page.content.decode()


@pytest.mark.parametrize(
    ("rows", "said"), [([], "There are no values."), ([["2026-01", "=1+1"]], "formula without a result")]
)
def test_a_workbook_without_a_sheet_that_can_be_read_is_refused(owner, measure, rows, said):
    file = workbook(One=rows, Two=rows)

    answer = owner.post(reverse("measure-bring", args=[measure.slug]), {"file": file})

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_table_that_is_read_to_nothing_new_says_so(owner, measure):
    take(bring(measure))

    page = owner.get(bring(measure).get_absolute_url()).content.decode()

    assert "There is nothing to take over" in page
    assert "Take over" not in page


def test_lines_that_nobody_looks_at_for_a_month_are_forgotten(measure):
    upload = bring(measure)
    with clock.at(clock.now() + timedelta(days=29)):
        assert forget_old_uploads() == 0
    with clock.at(clock.now() + timedelta(days=31)):
        assert forget_old_uploads() == 1
        with pytest.raises(Conflict, match="Bring the table again"):
            take(Upload.objects.get(pk=upload.pk))
    assert Upload.objects.get(pk=upload.pk).rows == []
    assert not measure.measurements.exists()
