"""Published scores: reproduced where they are right, explained where they are not."""

import sys
from collections import Counter

import numpy as np
import pytest

from goals.analysis.aim import Aim, Direction
from goals.analysis.scores import Match, compare, historic_target, target_of_history

UP, DOWN = Aim(Direction.UP), Aim(Direction.DOWN)


@pytest.fixture
def boston(shared_data, project_root, monkeypatch):
    monkeypatch.syspath_prepend(str(project_root / "bench"))
    yield __import__("cityscore"), shared_data / "boston-cityscore"
    sys.modules.pop("cityscore", None)


def test_published_scores_of_a_city_are_reproduced(boston):
    bench, folder = boston

    counts, others = bench.reproduce(bench.read(folder))

    daily = counts["day"]
    assert daily == {"same": 10290, "inverted": 52, "other": 5, "undefined": 3}
    assert {span: sum(found.values()) for span, found in counts.items()} == {
        "day": 10350,
        "week": 11713,
        "month": 12182,
        "quarter": 12265,
    }
    assert all((found["same"] + found["inverted"]) / sum(found.values()) > 0.998 for found in counts.values())
    assert Counter(name for span, _day, name, found, *_ in others if (span, found) == ("day", "inverted")) == {
        "BFD RESPONSE TIME": 46,
        "EMS RESPONSE TIME": 6,
    }


@pytest.mark.parametrize(
    ("published", "value", "target", "aim", "match"),
    [
        (1.25, 5, 4, UP, Match.SAME),
        (0.8, 5, 4, DOWN, Match.SAME),
        (0.8, 5, 4, UP, Match.INVERTED),
        (1.25, 5, 4, DOWN, Match.INVERTED),
        (0.0125, 5, 4, UP, Match.FACTOR),
        (125.0, 5, 4, UP, Match.FACTOR),
        (0.08, 5, 4, UP, Match.FACTOR),
        (1.3, 5, 4, UP, Match.OTHER),
        (1.3, 5, None, UP, Match.UNDEFINED),
        (1.3, 0, 4, DOWN, Match.UNDEFINED),
        (7.0, 0, 4, UP, Match.OTHER),
        (0.0, 0, 4, UP, Match.SAME),
    ],
)
def test_published_score_is_compared_with_ours(published, value, target, aim, match):
    assert compare(published, value, target, aim)[0] == match


def test_historic_target_has_one_standard_deviation_of_slack():
    values = [*range(90), None]
    sd = np.std(range(90), ddof=1)

    assert target_of_history(values, UP) == pytest.approx(44.5 - sd)
    assert target_of_history(values, DOWN) == pytest.approx(44.5 + sd)
    assert target_of_history(range(89), UP) is None


def test_historic_target_needs_a_direction():
    with pytest.raises(ValueError, match="direction"):
        historic_target(1, 1, Aim())
