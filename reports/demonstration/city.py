"""Makes the demonstration city: every idea walks through the real moves, on days relative to today."""

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.demo import RESTRICTED as RESTRICTED_GROUP
from accounts.demo import create_people
from accounts.models import RestrictedGroup, Role, User
from accounts.policy import Size, current_policy
from goals.actions import keep_due
from goals.models import Goal, Measure, Measurement, MeasurementPart, Objective
from intake import actions as intake
from intake.lifecycle import State
from intake.models import Decision, Idea
from projects import actions as projects
from projects.models import Project, ReadyLine
from reports.demonstration import together
from reports.demonstration.measures import AIMS, Series
from reports.demonstration.stories import STORIES, Story
from workflow import clock, notifications
from workflow.lifecycle import perform

MUTED_DAYS = 4
MONTHS_IN_PARTS = 14
DELIVERED_AGO = {"evaluated": 450, "delivered": 150}
REVIEWS = {
    "architecture": (
        "It fits the way our systems talk to each other. Use the interface that we have; do not copy tables.",
        "One more interface to keep, and it is worth it.",
    ),
    "security": (
        "Sign-in through the city's own accounts, and no copies on devices.",
        "Nothing here that we do not protect already.",
    ),
    "privacy": (
        "Collect only what the form shows, and delete it when the case is closed.",
        "Names stay in the department; the report counts only.",
    ),
    "procurement": (
        "The state contract covers this; no tender of our own is needed.",
        "Three quotes are enough at this price.",
    ),
    "finance": (
        "The yearly cost fits the department's budget from next July.",
        "The first year can be paid from what is left over.",
    ),
    "accessibility": (
        "The public page has to work with a keyboard and at 400 percent zoom. The vendor's report says so; we check.",
        "We test it with two residents before it opens.",
    ),
    "records": ("What it makes is kept for five years in the archive that we have.", "Nothing new to keep."),
    "legal": (
        "Allowed. The notice on the form needs one more sentence, which I have sent.",
        "No law stands against it.",
    ),
    "operations": (
        "We can keep it running with the people we have. The service desk needs one page of help.",
        "Fits into the Thursday maintenance window.",
    ),
    "gis": ("The layer exists. It needs an owner who corrects it.", "We can show it on the city map in a week."),
}
CONDITION = {
    "security": "Sign-in runs through the city's own accounts.",
    "privacy": "A sharing note says who sees which data and for how long.",
    "procurement": "The contract names the price of the years two to five.",
    "finance": "The department moves the yearly cost into its budget.",
    "accessibility": "The vendor mends the two findings of the accessibility report.",
    "architecture": "The vendor documents the interface.",
    "operations": "The service desk has a help page before the first day.",
}
FUNDS = {
    "utilities": "Water Fund",
    "police": "Public Safety Grant",
    "fire": "Public Safety Grant",
    "ems": "Public Safety Grant",
}


def counts_of(waits: Sequence[int], today: date) -> Iterator[tuple[date, Decimal]]:
    """A count for each day until yesterday: one on the days of the events, the last wait still going on."""
    events = {today - timedelta(days=1 + sum(waits[place:])) for place in range(len(waits))}
    for back in range(1 + sum(waits), 0, -1):
        on = today - timedelta(days=back)
        yield on, Decimal(on in events)


class City:
    """Plays the stories of the city, each person making the own moves."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.random = random.Random(2024)
        self.people: dict[str, User] = {}
        self.turn = 0

    def build(self) -> None:
        with self.on(1000):
            self.people = create_people()
        for position, aim in enumerate(AIMS):
            goal = Goal.objects.create(
                slug=aim.slug, name=aim.name, sentence=aim.sentence, owner=self.people[aim.owner], position=position
            )
            for place, (name, measures) in enumerate(aim.objectives):
                objective = Objective.objects.create(goal=goal, name=name, position=place)
                for series in measures:
                    self.measure(objective, series)
        for story in sorted(STORIES, key=lambda one: -one.ago):
            self.tell(story)
        together.tell(self)

    # Days

    def day(self, ago: int) -> date:
        """The working day that many days ago, or the next one after it."""
        day = (self.now - timedelta(days=ago)).astimezone(clock.calendar().zone).date()
        return day if clock.calendar().is_workday(day) else clock.calendar().add_workdays(day, 1)

    @contextmanager
    def on(self, ago: float) -> Iterator[None]:
        """Act on a working day so many days ago, at an hour of the day; what is long past tells nobody."""
        self.turn += 1
        hour, minute = 9 + self.turn % 7, self.turn * 7 % 60
        moment = datetime.combine(self.day(int(ago)), time(hour, minute), clock.calendar().zone)
        with clock.at(min(moment, self.now)), notifications.muted(ago > MUTED_DAYS):
            yield

    # Measures

    def measure(self, objective: Objective, series: Series) -> None:
        today = clock.today()
        measure = Measure.objects.create(
            slug=series.slug,
            objective=objective,
            name=series.name,
            meaning=series.meaning,
            kind=series.kind,
            unit=series.unit,
            direction=series.direction,
            cadence=series.cadence,
            department=self._department(series.department),
            owner=self.people[series.owner],
            backup=self.people.get(series.backup),
            source=series.source,
            target=Decimal(str(series.target)),
            target_on=date(today.year + 1, 12, 31),
            broken_down_by=series.broken_down_by,
            is_rare=bool(series.waits),
        )
        values = list(counts_of(series.waits, today) if series.waits else self.months_of(series, today))
        if not series.waits:
            first_year = [value for _day, value in values[:12]]
            measure.baseline = round(sum(first_year, Decimal(0)) / len(first_year), 1)
            measure.baseline_period = f"{values[0][0]:%B %Y} to {values[11][0]:%B %Y}"
            measure.save()
        entered = timedelta(days=1 if series.waits else 35)
        Measurement.objects.bulk_create(
            Measurement(
                measure=measure,
                period_on=period,
                value=value,
                entered_by=measure.owner,
                entered_at=datetime.combine(period + entered, time(9), clock.calendar().zone),
            )
            for period, value in values
        )
        measure.definitions.create(
            number=1, unit=measure.unit, direction=measure.direction, made_by=measure.owner, made_at=clock.now()
        )
        self.break_down(measure, series)
        keep_due(measure)

    def months_of(self, series: Series, today: date) -> Iterator[tuple[date, Decimal]]:
        for back in range(series.months, 0, -1):
            if back in series.gaps:
                continue
            level = series.level + (series.shift if back <= series.shift_months else 0)
            period = months_before(today, back)
            level -= series.season * math.cos(2 * math.pi * (period.month - 1) / 12)
            value = Decimal(str(round(self.random.gauss(level, series.noise), 1)))
            yield period, max(value, Decimal(0))

    def break_down(self, measure: Measure, series: Series) -> None:
        """The parts of the last months; in the smallest district some months count fewer than five."""
        drawn = random.Random(series.slug)
        MeasurementPart.objects.bulk_create(
            MeasurementPart(
                measurement=one,
                name=name,
                value=min(max(Decimal(str(round(drawn.gauss(float(one.value), 4), 1))), Decimal(0)), Decimal(100)),
                count=max(round(drawn.gauss(usual, usual / 5)), 1),
            )
            for one in measure.measurements.order_by("-period_on")[:MONTHS_IN_PARTS]
            for name, usual in series.parts
        )

    def _department(self, code: str) -> Any:
        return next(one.department for one in self.people.values() if one.department and one.department.code == code)

    # Ideas

    def tell(self, story: Story) -> None:
        by, words = self.people[story.by], story.words
        restricted = story.audience == "restricted"
        with self.on(story.ago):
            form: dict[str, Any] = {
                "title": story.title,
                "problem": story.problem,
                "better": story.better,
                "who_has_it": story.who,
                "answers": list(story.answers),
                "goal": Goal.objects.filter(slug=story.goal).first(),
                "lane": story.lane,
            }
            if story.supports:
                form["audience"] = "city"
            if restricted:
                form |= {"audience": "restricted", "group": RestrictedGroup.objects.get(name=RESTRICTED_GROUP)}
            idea = intake.start_draft(by=by, **form)
            if story.co_author:
                intake.add_co_author(idea, by=by, person=self.people[story.co_author])
            if story.state == State.DRAFT:
                return
            perform(idea, "submit", by=by)
        for key, volume, shares in story.supports:
            with self.on(max(story.ago - 2, 0)):
                intake.support(idea, by=self.people[key], volume=volume, would_share_cost=shares)
        if story.state == State.SUBMITTED:
            return
        triager = self.people["triager2" if restricted or self.turn % 3 == 0 else "triager"]
        if story.state == State.WITHDRAWN:
            with self.on(story.ago - 1):
                perform(idea, "withdraw", by=by, reason=words["reason"], note=words["reason"])
            return
        self.first_look(idea, story, triager)
        if story.state in (State.TRIAGE, State.JOINED):
            return
        self.feasibility(idea, story, triager)
        if story.state == State.FEASIBILITY:
            return
        self.decision(idea, story)
        if story.state in (State.DECISION, State.NOT_YET, State.REDIRECTED, State.DECLINED):
            return
        self.project(Project.objects.get(idea=idea), story)

    def first_look(self, idea: Idea, story: Story, triager: User) -> None:
        start, yearly, hours = story.cost
        words = story.words
        with self.on(max(story.ago - 1, 0)):
            perform(idea, "take_up", by=triager)
            if into := words.get("into"):
                other = Idea.objects.get(title=into)
                perform(
                    idea, "join", by=triager, into=other, note="Both need the same map or book; you go on together."
                )
                return
            intake.comment(idea, by=triager, text="Thank you. I have read it and look at what it needs.")
        with self.on(max(story.ago - 2, 0)):
            intake.triage(idea, by=triager, version=None, cost_start=start, cost_yearly=yearly, hours=hours)
            intake.set_size(idea, by=triager, size=intake.computed_size(idea))
            intake.set_value(
                idea, by=triager, value=story.value, value_reason="By the number of people whom it helps each week."
            )
            if question := words.get("question"):
                intake.ask_requester(idea, by=triager, text=question)
        idea.refresh_from_db()
        if not idea.is_backed_or_waived and not (story.state == State.TRIAGE and story.ago < 5):
            sponsor = idea.backing_or_none.asked_of if idea.backing_or_none else None
            if sponsor:
                with self.on(max(story.ago - 3, 0)):
                    intake.answer_backing(
                        idea, by=sponsor, answer="backs", reason="We need it, and we give the people for it."
                    )

    def feasibility(self, idea: Idea, story: Story, triager: User) -> None:
        words = story.words
        idea.refresh_from_db()
        if idea.size == Size.SMALL:
            with self.on(story.ago - 4):
                perform(idea, "send_to_decision", by=triager)
            return
        with self.on(story.ago - 4):
            if story.promise:
                slug, expected = story.promise
                measure = Measure.objects.get(slug=slug)
                intake.promise(
                    idea,
                    by=triager,
                    measure=measure,
                    expected=Decimal(str(expected)),
                    by_on=self.promised_by(story),
                    why="Estimated with the department from the last twelve months.",
                )
            disciplines = current_policy().disciplines_for(set(story.answers))
            perform(idea, "send_to_feasibility", by=triager, disciplines=disciplines)
        with self.on(story.ago - 5):
            reason = words.get("no_promise", "" if story.promise else "Nobody counts it today.")
            intake.edit_case(
                idea,
                by=self.people[story.by],
                version=None,
                no_contribution_reason=reason,
                options="Go on as we do; buy a ready service; extend a system that we own. The last one is the cheapest that keeps its promise.",
                risks="The people who know the work are few, and spring is busy.",
            )
        for place, review in enumerate(idea.reviews.select_related("reviewer").order_by("id")):
            if "in" in words and review.discipline not in (*words["in"], words.get("concern")):
                continue
            with self.on(max(story.ago - 7 - place, 1)):
                self.review(review, story, place)

    def review(self, review: Any, story: Story, place: int) -> None:
        text = REVIEWS[review.discipline][(place + story.ago) % 2]
        form: dict[str, Any] = {"answer": "yes", "text": text}
        if review.discipline == story.words.get("concern"):
            form = {
                "answer": "concern",
                "text": "Search by face is one click away in every product that we looked at. That must not be possible at all.",
                "way_forward": "Buy without face search, and let the clerk check the log each quarter.",
            }
        elif story.words.get("conditions") and place == 0:
            form["answer"] = "yes_if"
            condition = {
                "text": CONDITION.get(review.discipline, "The department names one person who keeps it current."),
                "owner": self.people["pm"],
                "due_on": clock.today() + timedelta(days=60),
                "gate": "start",
            }
            intake.send_review(review, by=review.reviewer, version=None, conditions=[condition], **form)
            return
        intake.send_review(review, by=review.reviewer, version=None, **form)

    def decision(self, idea: Idea, story: Story) -> None:
        words = story.words
        idea.refresh_from_db()
        deciders: dict[str, str] = {Size.SMALL: "triager", Size.MEDIUM: "director"}
        kind = deciders.get(idea.size, "chair")
        decider = self.people[kind]
        if kind == "triager" and Idea.objects.get(pk=idea.pk).assignee == self.people["triager2"]:
            decider = self.people["triager2"]
        ago = story.ago - 24
        if story.state == State.DECISION:
            if planned := words.get("planned"):
                with self.on(3):
                    intake.triage(idea, by=self.people["triager"], version=None, planned_decision_on=self.day(-planned))
            if words.get("propose_no"):
                with self.on(1):
                    intake.propose_no(
                        idea,
                        by=decider,
                        reason="Eight of ten test questions were answered with confidence and four of them wrongly. A wrong answer costs a builder a week.",
                        what_would_change="A test in which nineteen of twenty answers are right.",
                        next_step="The twenty questions and their answers go on the permit page this month.",
                    )
            return
        with self.on(max(ago, 1)):
            if story.state == State.NOT_YET:
                perform(
                    idea,
                    "answer_not_yet",
                    by=decider,
                    reason=words["reason"],
                    next_step=words["next_step"],
                    until_then=words["until_then"],
                    return_on=self.day(-words["in_days"]) if "in_days" in words else None,
                    return_condition=words.get("condition", ""),
                    trigger_owner=self.people[words["owner"]],
                )
            elif story.state == State.REDIRECTED:
                perform(
                    idea,
                    "redirect",
                    by=decider,
                    reason=words["reason"],
                    next_step=words["next_step"],
                    other_way=words["way"],
                    other_way_kind=Decision.OtherWay(words["kind"]),
                )
            elif story.state == State.DECLINED:
                intake.propose_no(
                    idea,
                    by=decider,
                    reason=words["reason"],
                    what_would_change=words["change"],
                    next_step=words["next_step"],
                )
                perform(idea, "decline", by=self.people["member"])
            else:
                fund = FUNDS.get(
                    idea.department.code,
                    "Technology Replacement Fund" if "replaces" in story.answers else "General Fund",
                )
                perform(
                    idea,
                    "approve",
                    by=decider,
                    fund=fund,
                    is_funded=bool(words.get("funded")),
                    earliest_start_on=clock.today() + timedelta(days=21),
                    project_manager=self.people["pm" if self.turn % 2 else "stefan.meyer"]
                    if idea.size != Size.SMALL
                    else None,
                    reason="It helps many people each week, the reviews agree, and the promise can be measured.",
                    next_step="Choose who tries it first.",
                )

    def promised_by(self, story: Story) -> date:
        """The day that a promise names: for what is delivered, as many days before the delivery as it came late."""
        if story.state in DELIVERED_AGO:
            return self.day(DELIVERED_AGO[story.state] + story.words.get("late", 0))
        return self.day(story.ago) + timedelta(days=540)

    # Projects

    def project(self, project: Project, story: Story) -> None:
        words, manager = story.words, project.manager
        assert manager is not None
        ago = story.ago - 24
        kinds = words.get("lines", [kind.value for kind in ReadyLine.Kind])
        for line in project.ready_lines.filter(closed_at=None):
            with self.on(max(ago - 10, 2)):
                if line.kind in kinds:
                    projects.close_line(line, by=manager)
                elif line.kind == ReadyLine.Kind.PURCHASE:
                    projects.plan_line(
                        line,
                        by=manager,
                        owner=self.people["reviewer-procurement"],
                        due_on=self.day(-20),
                        note="Quotes are in; the contract is being written.",
                    )
        if story.state == State.APPROVED:
            return
        for condition in project.idea.conditions.open().select_related("idea", "review", "owner"):
            with self.on(ago - 18):
                intake.meet_condition(condition, by=condition.owner, note="Done and shown to the reviewer.")
        start_ago = ago - 21
        with self.on(start_ago):
            project.refresh_from_db()
            perform(project, "start", by=manager)
        end_ago = 12 if words.get("small") else DELIVERED_AGO.get(story.state, -60)
        if not words.get("small"):
            self.work(project, story, start_ago, end_ago)
        if story.state == State.DELIVERING:
            return
        with self.on(end_ago):
            project.refresh_from_db()
            perform(project, "deliver", by=manager)
        self.afterwards(project, story, end_ago)

    def work(self, project: Project, story: Story, start_ago: int, end_ago: int) -> None:
        manager, words, idea = project.manager, story.words, project.idea
        assert manager is not None
        step = (start_ago - end_ago) / 4
        with self.on(start_ago - 2):
            milestones = [
                projects.add_milestone(project, by=manager, name=name, due_on=self.day(int(start_ago - step * place)))
                for place, name in enumerate(
                    ("Set up and first data", "First department uses it", "Everyone has learned it", "Go-live"), start=1
                )
            ]
            year = fiscal_year(clock.today())
            start, yearly = idea.cost_start or 0, idea.cost_yearly or 0
            share = min(max(start_ago / max(start_ago - end_ago, 1), 0.2), 1.0)
            projects.set_budget(project, by=manager, name="Set-up", fiscal_year=year, planned=start, spent=0)
            projects.set_budget(
                project, by=manager, name="Running cost", fiscal_year=year + 1, planned=yearly, spent=0, kind="yearly"
            )
            for kind, name, unit, years, promised, *_said in words.get("benefits", ()):
                projects.promise_benefit(
                    project,
                    by=manager,
                    kind=kind,
                    name=name,
                    unit=unit,
                    fiscal_year=year + years,
                    promised=Decimal(promised),
                )
        for place, milestone in enumerate(milestones, start=1):
            due_ago = int(start_ago - step * place)
            late = words.get("slip", 0) and place >= 2
            if due_ago > 0 and not late:
                with self.on(due_ago):
                    projects.change_milestone(
                        milestone, by=manager, name=milestone.name, due_on=milestone.due_on, done_on=clock.today()
                    )
        colours = dict(
            zip(("scope", "schedule", "budget", "benefit"), words.get("health", ("green",) * 4), strict=True)
        )
        with self.on(max(start_ago - 25, 5)):
            projects.report(
                project,
                by=manager,
                sentence="The team is complete and the first data are in.",
                scope="green",
                schedule="green",
                budget="green",
                benefit="green",
            )
        if story.state != State.DELIVERING:
            with self.on(end_ago + 2):
                spent = int(start * words.get("cost", 0.97))
                projects.set_budget(project, by=manager, name="Set-up", fiscal_year=year, planned=start, spent=spent)
            return
        with self.on(4):
            if (slip := words.get("slip")) and project.baseline_end_on:
                projects.plan_end(
                    project,
                    by=manager,
                    planned_end_on=project.baseline_end_on + timedelta(days=slip),
                    reason=words["sentence"],
                )
            projects.set_budget(
                project, by=manager, name="Set-up", fiscal_year=year, planned=start, spent=int(start * share * 0.9)
            )
            project.refresh_from_db()
            projects.report(
                project, by=manager, sentence=words["sentence"], would_help=words.get("help", ""), **colours
            )
            if reason := words.get("hold"):
                projects.hold(project, by=manager, reason=reason, until_on=self.day(-18))

    def afterwards(self, project: Project, story: Story, end_ago: int) -> None:
        words, manager = story.words, project.manager
        if "check_in" in words:
            answer, text = words["check_in"]
            check_in = project.check_ins.get()
            with self.on(end_ago - 32):
                projects.answer_check_in(check_in, by=check_in.asked_of, answer=answer, text=text)
        said = {name: (realised, evidence) for _k, name, _u, _y, _p, realised, evidence in words.get("benefits", ())}
        for benefit in project.benefits.all():
            realised, evidence = said[benefit.name]
            if realised is not None:
                with self.on(40):
                    projects.confirm_benefit(
                        benefit, by=project.idea.requester, realised=Decimal(realised), evidence=evidence
                    )
        if "else" not in words:
            return
        for promise in project.promises.select_related("outcome", "measure__owner"):
            with self.on((self.now.date() - promise.outcome.test_on).days - 1):
                outcome = projects.evaluate(promise.outcome, by=User.objects.system())
                owner = promise.measure.owner
                projects.tell_what_else_changed(outcome, by=owner, what_else_changed=words["else"])
        went_well, went_wrong = words["lessons"]
        causes = [{"code": words["cause"], "is_primary": True, "evidence": went_wrong}] if "cause" in words else []
        with self.on(10):
            project.refresh_from_db()
            perform(project, "close", by=manager, went_well=went_well, went_wrong=went_wrong, causes=causes)


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def fiscal_year(day: date) -> int:
    """The fiscal year in which a day lies; it begins on July 1 and is named after the year in which it ends."""
    return day.year + (day.month >= 7)


@transaction.atomic
def load() -> bool:
    """Make the city once; False where it is here already."""
    if Role.objects.exists() or Goal.objects.exists():
        return False
    City().build()
    return True
