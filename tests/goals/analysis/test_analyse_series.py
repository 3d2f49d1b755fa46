"""`manage.py analyse_series`: what it says of a file, in words and as JSON, and how it refuses a bad one."""

import csv
import json
from io import StringIO

import numpy as np
import pytest
import statsmodels.api as sm
from django.core.management import CommandError, call_command

from goals.analysis import quality
from goals.analysis.aim import Aim, Direction
from goals.analysis.shift import judge
from goals.words import FINDINGS, say_finding, say_verdict

UP = Aim(Direction.UP)

ROUTINE = [10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11]
SHIFTED = [*ROUTINE, *ROUTINE[:6], *[value + 8 for value in ROUTINE], 18]

CLIMBING = 0.1 * np.arange(54) + np.random.default_rng(4).standard_normal(54)


def months(values, first=2022):
    return [f"{first + at // 12}-{at % 12 + 1:02},{value}" for at, value in enumerate(values)]


@pytest.fixture
def told(tmp_path):
    """Writes the lines into a file and returns what the command prints."""

    def run(lines, *options, name="series.csv", raw=None):
        path = tmp_path / name
        path.write_bytes(raw if raw is not None else "\n".join(lines).encode())
        out = StringIO()
        call_command("analyse_series", path, *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def found(told):
    return lambda lines, *options: json.loads(told(lines, *options, "--json"))


@pytest.fixture
def refused(told):
    """The sentences with which a file is refused."""

    def run(lines, *options, raw=None):
        with pytest.raises(CommandError) as trouble:
            told(lines, *options, raw=raw)
        return str(trouble.value).split("\n")

    return run


def test_words_hold_mean_limits_flags_and_target(told):
    text = told(["month,days", *months([*ROUTINE, 30])], "--direction", "down", "--target", "20")

    assert text.splitlines() == [
        "13 values, monthly, 2022-01-01 to 2023-01-01; lower is better.",
        "Mean 12, average moving range 2.09091, limits 6.43818 to 17.5618.",
        "Flagged points:",
        "  2023-01-01  30  concern: rule 1, outside the limits",
        "Target 20: The target will be met as the work goes now.",
    ]


def test_numbers_of_the_published_reference(shared_data, found):
    with (shared_data / "boston-cityscore" / "cityscore_summary.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["CTY_SCR_NAME"] == "EMS RESPONSE TIME"]
    rows.sort(key=lambda row: row["ETL_LOAD_DATE"])
    last = {row["ETL_LOAD_DATE"][:7]: row["CTY_SCR_NBR_MO_01"] for row in rows if row["CTY_SCR_NBR_MO_01"]}

    told = found([f"{month},{value}" for month, value in last.items()], "--direction", "down")

    limits = told["limits"]
    assert [limits["mean"], limits["average_moving_range"], limits["lower"], limits["upper"]] == pytest.approx(
        [6.36049, 0.09400, 6.11045, 6.61053], abs=1e-5
    )
    assert [one["period"] for one in told["flagged"] if 1 in one["rules"]] == ["2016-01-01", "2017-03-01"]
    assert told["season"] is not None


@pytest.mark.parametrize(
    ("first", "cadence", "second"),
    [
        ("2024-01", "monthly", "2024-02"),
        ("2024-01-01", "monthly", "2024-02-01"),
        ("2024-01-31", "monthly", "2024-02-29"),
        ("1/1/2024", "monthly", "2/1/2024"),
        ("2024-Q1", "quarterly", "2024Q2"),
        ("2024-01-01", "quarterly", "2024-04-01"),
        ("2024-W05", "weekly", "2024W6"),
        ("2024-01-03", "weekly", "2024-01-10"),
        ("2024-01-03", "daily", "2024-01-04"),
        ("2024", "yearly", "2025"),
        ("2024-01-01", "yearly", "2025-01-01"),
    ],
)
def test_periods_say_the_cadence(found, first, cadence, second):
    told = found([f"{first},1", f"{second},3"])

    assert (told["cadence"], told["values"], told["mean"]) == (cadence, [1, 3], 2)


def test_decimal_comma_comes_with_the_semicolon(found):
    assert found(["Monat;Wert", "2024-01;1.234,5", "2024-02;2"])["values"] == [1234.5, 2]


def test_tabs_spare_cells_blank_lines_and_a_mark_of_the_encoding_do_no_harm(told):
    raw = b"\xef\xbb\xbfperiod\tvalue\r\n\r\n2024-01\t1\t\r\n2024-02\t3\t\r\n"

    assert json.loads(told([], "--json", raw=raw))["values"] == [1, 3]


def test_order_of_the_lines_changes_nothing(found):
    lines = months(SHIFTED)
    options = ("--break", "2023-07-01", "--target", "12")

    assert found(lines[::-1], *options) == found(lines, *options)
    mixed = [lines[at] for at in np.random.default_rng(1).permutation(len(lines))]
    assert found(mixed, *options) == found(lines, *options)


def test_missing_month_is_a_gap_and_is_told(found):
    told = found(["2024-01,5", "2024-02,", "2024-05,7"])

    assert (told["values"], told["points"], told["mean"]) == ([5, None, None, None, 7], 2, 6)
    assert told["notes"] == [
        "Line 2, note: There is no value. Leave it out if it is not known: a gap is never a zero.",
        "Line 3, note: Periods without a value before this one: 2. They stay gaps.",
    ]


def test_value_out_of_size_and_a_period_to_come_are_told_and_kept(found):
    told = found([*months([0.91, 0.92, 0.9, 0.93, 0.9, 0.92, 91]), "2122-01,0.9"])

    assert [note.split(":")[0] for note in told["notes"]] == ["Line 7, note", "Line 8, note", "Line 8, note"]
    assert told["values"][6] == 91


def test_delivery_has_model_intervals_and_verdict(found):
    told = found(months(SHIFTED), "--break", "2023-07-01")["outcome"]

    assert (told["verdict"], told["reason"], told["before"], told["after"], told["waves"]) == (
        "better",
        None,
        18,
        13,
        1,
    )
    shift = told["model"]["coefficients"]["shift"]
    assert shift["low"] < 8 < shift["high"]
    assert shift["high"] - shift["value"] == pytest.approx(told["model"]["critical"] * shift["error"])
    assert told["sentence"].startswith("Better since: on average ")
    assert told["signals"] == [f"2023-{month:02}-01" for month in range(7, 13)] + [
        f"2024-{month:02}-01" for month in range(1, 8)
    ]
    assert list(told["course"]["coefficients"])[:4] == ["level", "time", "shift", "since"]


def test_four_parameters_by_ordinary_least_squares_are_those_of_statsmodels(found):
    values = np.array(SHIFTED, dtype=float) + np.random.default_rng(1).standard_normal(len(SHIFTED))
    told = found(months(values), "--break", "2023-07-01")["outcome"]["ordinary_least_squares"]
    time = np.arange(1.0, len(values) + 1)
    after = time > 18
    oracle = sm.OLS(values, np.column_stack([np.ones(len(values)), time, after, np.where(after, time - 19, 0)])).fit()

    made = told["coefficients"]
    assert list(made) == ["level", "time", "shift", "since"]
    assert [one["value"] for one in made.values()] == pytest.approx(oracle.params, rel=1e-6)
    assert [one["error"] for one in made.values()] == pytest.approx(oracle.bse, rel=1e-6)
    left = oracle.resid
    assert told["residual_autocorrelation"] == pytest.approx((left[1:] * left[:-1]).sum() / (left**2).sum())


def test_break_within_a_month_counts_from_the_next_one(found):
    assert found(months(SHIFTED), "--break", "2023-06-15")["outcome"]["first_period_after"] == "2023-07-01"


def test_phase_in_is_left_out(found):
    values = [*ROUTINE, 500, 500, *[v + 8 for v in ROUTINE]]
    told = found(months(values), "--break", "2023-01-01", "--gap", "2")["outcome"]

    assert (told["gap"], told["after"], told["verdict"]) == (2, 12, "better")
    assert told["ordinary_least_squares"]["coefficients"]["level"]["value"] == pytest.approx(10.6, abs=1)


def test_words_of_a_delivery_say_the_model_and_the_verdict(told):
    lines = told(months(SHIFTED), "--break", "2023-07-01", "--gap", "1").splitlines()

    assert [line for line in lines if line.startswith(("Since", "Delivery", "Model", "Beside", "Verdict"))][:2] == [
        "Since 2023-07-01, for reading only: mean 18.4615, limits 13.1415 to 23.7815.",
        "Delivery: 18 values before, 12 from 2023-07-01 on after a gap of 1.",
    ]
    assert lines[-1].startswith("Verdict: Better since: on average ")


def test_too_few_values_say_so_everywhere(told):
    lines = told(months(ROUTINE[:6]), "--break", "2022-04-01", "--target", "3").splitlines()

    assert lines == [
        "6 values, monthly, 2022-01-01 to 2022-06-01; higher is better.",
        "Mean 10.6667. There are too few values for limits: they begin at 8.",
        "No point is flagged.",
        "Target 3: There are too few values to say whether it is met.",
        "Delivery: 3 values before, 3 from 2022-04-01 on.",
        "Beside it, ordinary least squares of the four parameters "
        "(time 1 to n; time since 0 at the first point after); autocorrelation of what is left -0.74",
        *[line for line in lines if line.startswith("  ")],
        "Verdict: Cannot tell yet: at least 8 values are needed on each side, and there are 3 and 3.",
    ]


def test_provisional_limits_and_a_short_stretch_after_are_named(told):
    text = told(months([*ROUTINE[:9], 10, 11]), "--break", "2022-10-01")

    assert "(provisional: fewer than 12 values)." in text
    assert "Since 2022-10-01 there are too few values for lines of their own.\n" in text


def test_four_parameters_that_cannot_be_fitted_are_left_out(found, told):
    lines = months([1, 2, 4])

    assert found(lines, "--break", "2022-03-01")["outcome"]["ordinary_least_squares"] is None
    assert "least squares" not in told(lines, "--break", "2022-03-01")


def test_series_on_a_line_has_no_autocorrelation_left(found):
    told = found(months(range(20)), "--break", "2022-11-01")["outcome"]

    assert told["ordinary_least_squares"]["residual_autocorrelation"] == 0


def test_season_is_told_where_there_are_two_years(told):
    values = [round(40 + 20 * float(np.cos(np.pi * at / 6)) + at % 5 / 5, 3) for at in range(36)]
    assert "Against its own month no point is flagged." in told(months(values))
    values[30] += 30
    assert "Flagged against their own month:" in told(months(values))


def test_each_fault_has_its_line_and_a_sentence(refused):
    lines = refused("month,n 2024-01,5 2024-13,5 soon,4 2024-02,x 2024-03,1,5 2024-04,12,5,6 2024-Q1,3".split())

    assert lines == [
        'Line 3, period: There is no period "2024-13". Check its number.',
        'Line 4, period: "soon" is not a period. Write 2024-01, 2024-01-31, 2024-Q1, 2024-W05 or 2024.',
        'Line 5, value: "x" is not a number. Write it in figures, such as 12.5.',
        "Line 6, line: There are three values. With a decimal comma, put a semicolon behind the period.",
        "Line 7, line: There should be two values, a period and a number, and there are 4.",
        'Line 8, period: "2024-Q1" is spelled in another way than the other periods. Spell all alike.',
        "Repair these lines and try again.",
    ]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            ["2024-01,5", "2024-02,6", "2024-01,7"],
            "Line 3, period: 2024-01 stands on line 1 already. Keep the value that is right.",
        ),
        (
            ["31/1/2024,5"],
            'Line 1, period: "31/1/2024" is not in the calendar. Write the month first, as in 1/31/2026.',
        ),
        (["2024-W60,5"], 'Line 1, period: There is no period "2024-W60". Check its number.'),
        (
            ["2024-01;12.5"],
            'Line 1, value: "12.5" can be read with a decimal comma or a decimal point. '
            "Write it the way of the other values.",
        ),
        ([""], "Line 1, period: The file holds no values. Write one line for each period."),
        (["period,value"], "Line 1, period: The file holds no values. Write one line for each period."),
        (["2024-01,", "2024-02,n/a"], "Line 1, value: The file holds no values. Write one line for each period."),
        (["1024,1", "9024,2"], None),
        (["1024-01-01,1", "2024-01-02,2"], "Line 1, period: The periods lie too far apart. Check the years."),
        (['2024-01,"5'], "Line 1, line: This line cannot be read. Check its quotation marks."),
    ],
)
def test_bad_file_is_refused_with_a_sentence(refused, found, lines, sentence):
    if sentence is None:
        assert found(lines)["points"] == 2
    else:
        assert refused(lines)[0] == sentence


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"2024-01,1\n2024-02,\xe9", "Line 2, file: This is not text in UTF-8. Save the file as CSV UTF-8."),
        (b"PK\0\0", "Line 1, file: This is no text file. Save the sheet as CSV first."),
        (b"1" * 5_000_001, "Line 1, file: The file is too large. Give a file of up to 5 MB."),
    ],
)
def test_what_is_no_csv_is_refused_with_a_sentence(refused, raw, sentence):
    assert refused([], raw=raw) == [sentence]


def test_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match=r"The file cannot be opened\. Check its name\."):
        call_command("analyse_series", tmp_path / "none.csv")


@pytest.mark.parametrize("day", ["2021-12-01", "2022-01-01", "2030-01-01"])
def test_break_leaves_values_on_both_sides(refused, day):
    told = refused(months(ROUTINE), "--break", day)

    assert told == [
        f"The break {day} leaves no values on one side. Choose a day after 2022-01-01 and up to 2022-12-01."
    ]


@pytest.mark.parametrize(
    "option", [("--break", "soon"), ("--target", "nan"), ("--target", "x"), ("--direction", "left")]
)
def test_option_that_makes_no_sense_is_refused(refused, option):
    assert option[0] in refused(months(ROUTINE), *option)[0]


def test_gap_is_not_negative(refused):
    assert refused(months(ROUTINE), "--break", "2022-06-01", "--gap", "-1") == [
        "The phase-in gap cannot be negative. Give 0 or more periods."
    ]


@pytest.mark.parametrize(
    ("outcome", "until", "sentence"),
    [
        (judge([1] * 5, at=2, aim=UP), "May 1, 2027", "Cannot tell yet, until May 1, 2027: there are too few values."),
        (
            judge(CLIMBING, at=36, aim=UP),
            None,
            "Cannot tell: it was already moving this way before.",
        ),
        (
            judge(SHIFTED, at=18, aim=Aim(Direction.WITHIN, 0, 99)),
            None,
            "No detectable change: it moved, and is as far from the range as before.",
        ),
        (
            judge(SHIFTED, at=18, aim=Aim(Direction.DOWN)),
            None,
            "Worse since: on average 8 days, 95% range 8 days to 8 days.",
        ),
    ],
)
def test_every_verdict_has_its_sentence(outcome, until, sentence):
    assert say_verdict(outcome, lambda value: f"{value:.0f} days", until) == sentence


def test_every_finding_has_a_sentence():
    assert set(FINDINGS) == set(quality.Kind)
    found = quality.inverted([(2 / 3, 3, 2)], UP)[0]
    assert say_finding(found).startswith(
        "The score 0.6666666666666666 was computed the wrong way round. It should be 1.5"
    )
