"""The Public Safety story: five departments ask one question, define it together, and meet to review what it says."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from goals import actions
from goals.actions import agreements, meetings
from goals.models import AgendaItem, Agreement, Goal, Measure, Meeting, Objective, SignOff
from reports.demonstration.measures import Series
from workflow import clock

GOAL = "safe-community"
SERIES = (
    Series(
        "officer-in-six-minutes",
        "Priority-one calls with an officer within six minutes",
        "Share of priority-one police calls on which an officer arrived within six minutes of the call.",
        "percent of calls",
        "up",
        "police",
        "raymond.cho",
        81.2,
        1.9,
        90,
        "Dispatch system, closed police calls",
        "quality",
        backup="denise.fowler",
    ),
    Series(
        "violent-crimes",
        "Violent crimes per 1,000 residents",
        "Reported homicides, rapes, robberies and aggravated assaults of the last twelve months per 1,000 residents.",
        "per 1,000 residents",
        "down",
        "police",
        "denise.fowler",
        2.6,
        0.08,
        2.4,
        "Police records, monthly totals",
        backup="raymond.cho",
    ),
    Series(
        "injury-crashes",
        "Injury crashes on city streets",
        "Crashes on city streets in which somebody was hurt, counted from the crash reports of the month.",
        "crashes a month",
        "down",
        "public-works",
        "ellen.brandt",
        21.4,
        2.4,
        18,
        "Crash reports, five weeks late",
        gaps=(1,),
        backup="greg.tanaka",
    ),
)
WEIGHTS = {
    "first-engine-arrival": 25,
    "ems-response": 20,
    "officer-in-six-minutes": 20,
    "violent-crimes": 15,
    "injury-crashes": 10,
    "feel-safe-walking-alone-after-dark": 10,
}
POSITIONS = (
    (
        "police-group",
        "Safe is when fewer people are hurt or robbed. How fast we arrive is our work, not the result.",
        57,
    ),
    ("sponsor", "Safe is when help reaches you in time, wherever you live.", 60),
    ("angela.ruiz", "Safe is when you live through the worst day. For that, minutes count more than reports.", 58),
    ("member", "If people do not walk to the park after dark, it is not safe, whatever the counts say.", 55),
    ("greg.tanaka", "Most people hurt in this city are hurt on our streets. Crashes belong in it.", 0),
)
WAITS_FOR = "the crash reports of Police"
ELEMENTS = (
    (
        "coauthor",
        "Call received, unit sent, unit on scene",
        "Dispatch",
        "every night",
        "inside",
        "Fire, EMS, Police, City Manager's Office",
        "Both response measures of Fire and EMS",
    ),
    (
        "raymond.cho",
        "Priority-one police call times",
        "Dispatch",
        "every night",
        "inside",
        "Police, Fire, City Manager's Office",
        "The officer measure",
    ),
    (
        "denise.fowler",
        "Reported violent crime, monthly totals",
        "Police records",
        "every month, by the 10th",
        "limited",
        "Totals only; case records stay in Police",
        "The crime measure",
    ),
    (
        "denise.fowler",
        "Injury crashes with street corner",
        "Crash reports",
        "every month, five weeks late",
        "limited",
        "Police",
        "The crash measure, once it may be used",
    ),
    ("ellen.brandt", "Street light outages", "Work orders", "every hour", "open", "Everyone", "Not used yet"),
    ("member", "Resident survey", "Survey file", "once a year", "open", "Everyone", "How safe people feel"),
)

SAID = {
    "feel-safe-walking-alone-after-dark": "The survey was not in the budget. A short one with four questions every "
    "three months would cost less.",
    "first-engine-arrival": "Station 5 had its engine in the shop for some of these days. Nobody has compared the days "
    "with and without it.",
    "police-report-copy": "The records desk had a temporary clerk for part of that time. Denise Fowler looks at the log.",
    "hydrants-out": "It may be that fewer fires were near a hydrant. Kevin Park counts the calls beside it.",
}


def tell(city: Any) -> None:
    """Play the story in the city, each person making the own moves on days relative to today."""
    plan(city)
    agreement = ask(city)
    measure(city, agreement)
    sign(city, agreement)
    share(city, agreement)
    review(city)


def plan(city: Any) -> None:
    """One plan holds the goals of the city."""
    leader, today = city.people["leader"], clock.today()
    starts = date(today.year - 1, 7, 1)
    with city.on(700):
        made = actions.add_plan(
            by=leader,
            name=f"Strategic plan {starts.year} to {starts.year + 5}",
            sentence="What the council wants residents to notice, and how everyone will be able to tell.",
            starts_on=starts,
            ends_on=date(starts.year + 5, 6, 30),
            is_public=True,
        )
        for goal in Goal.objects.listed():
            actions.change_goal(goal, by=leader, version=None, plan=made)


def ask(city: Any) -> Agreement:
    people = city.people
    keeper = people["owner"]
    with city.on(400):
        agreement = agreements.ask_question(
            by=people["leader"],
            goal=Goal.objects.get(slug=GOAL),
            name="Public Safety",
            question="Is Alder Springs becoming safer for the people who live and work here?",
            kept_by=keeper,
            backup=people["liaison"],
        )
    for key, words, _signed in POSITIONS:
        with city.on(390):
            position = agreements.invite(
                agreement,
                by=keeper,
                department=people[key].department,
                speaker=people[key],
                sign_by_on=city.day(-9),
            )
        with city.on(375):
            agreements.state_position(position, by=people[key], version=None, words=words)
    with city.on(350):
        agreements.change_agreement(
            agreement,
            by=keeper,
            version=None,
            meaning="One number for harm prevented, help in time and how safe people feel. Each member is its value "
            "against its target, never below 0 or above 2, and counts with its weight.",
            counts="Inside city limits, all days and hours",
            leaves_out="Freeway crashes, calls to other cities, training calls",
        )
    for key, name, system, refreshed, sensitivity, may_use, use in ELEMENTS:
        with city.on(340):
            agreements.add_element(
                by=people[key],
                agreement=agreement,
                department=people[key].department,
                name=name,
                owner=people[key],
                system=system,
                refreshed=refreshed,
                sensitivity=sensitivity,
                may_use=may_use,
                use=use,
            )
    return agreement


def measure(city: Any, agreement: Agreement) -> None:
    """The first signature of Fire, then the measures: a second definition, with the index over all of them."""
    people, leader = city.people, city.people["leader"]
    with city.on(330):
        fire = agreement.positions.get(speaker=people["sponsor"])
        agreements.sign(fire, by=people["sponsor"], number=agreement.number, part=SignOff.Part.OWN)
    with city.on(220):
        objective = actions.add_objective(agreement.goal, by=leader, name="Fewer people are hurt, and people feel safe")
        survey = feel_safe(city, objective)
    for series in SERIES:
        city.measure(objective, series)
    with city.on(210):
        index = actions.add_measure(
            objective,
            by=leader,
            name="Public Safety index",
            meaning="Each member's value against its target, with its weight; 1.00 means every member is on target.",
            kind=Measure.Kind.OUTCOME,
            unit="of 1.00",
            direction=Measure.Direction.UP,
            department=leader.department,
            owner=people["owner"],
            backup=people["chair"],
            target=Decimal(1),
            target_on=survey.target_on,
        )
        members = [(Measure.objects.get(slug=slug), Decimal(weight)) for slug, weight in WEIGHTS.items()]
        actions.make_index(index, by=leader, members=members)
        agreements.name_measures(
            agreement, by=people["owner"], version=None, measures=[one for one, _weight in members], index=index
        )


def feel_safe(city: Any, objective: Objective) -> Measure:
    """A survey that is asked once a year, and was not asked again."""
    people, year = city.people, clock.today().year
    survey = actions.add_measure(
        objective,
        by=people["leader"],
        name="Feel safe walking alone after dark",
        meaning="Share of residents who say in the survey that they feel safe walking alone in their area after dark.",
        kind=Measure.Kind.OUTCOME,
        unit="percent of residents",
        direction=Measure.Direction.UP,
        cadence=Measure.Cadence.YEARLY,
        department=people["member"].department,
        owner=people["member"],
        backup=people["miguel.santos"],
        source="Resident survey",
        lag_days=60,
        target=Decimal(70),
        target_on=date(year + 2, 12, 31),
    )
    for back, value in ((5, 55), (4, 57), (3, 58)):
        actions.record_measurement(survey, by=people["member"], period_on=date(year - back, 1, 1), value=Decimal(value))
    return survey


def sign(city: Any, agreement: Agreement) -> None:
    people = city.people
    with city.on(70):
        agreements.put_on_record(
            agreement,
            by=people["owner"],
            kind="gap",
            title="People treated in hospital are not counted",
            text="Injuries that nobody reports to Police are missing. The county has them; Kevin Park asks the county.",
            look_again_on=city.day(-60),
        )
    with city.on(68):
        agreements.put_on_record(
            agreement,
            by=people["member"],
            kind="gap",
            title="How safe people feel is asked once a year at most",
            text="Until a shorter survey runs every three months, this member is left out more often than not.",
            look_again_on=city.day(-45),
        )
    agreement.refresh_from_db()
    for key, words, ago in POSITIONS:
        position = agreement.positions.get(speaker=people[key])
        if not ago:
            with city.on(40):
                agreements.state_position(position, by=people[key], version=None, words=words, waits_for=WAITS_FOR)
            continue
        dissent = (
            "Response times weigh too much\nPolice wanted 15 each for the three response measures. The others kept "
            "them because these are the only members that are refreshed every night."
            if key == "police-group"
            else ""
        )
        with city.on(ago):
            agreements.sign(position, by=people[key], number=agreement.number, part=SignOff.Part.OWN)
            agreements.sign(
                position,
                by=people[key],
                number=agreement.number,
                part=SignOff.Part.JOINT,
                with_dissent=bool(dissent),
                dissent=dissent,
            )


def share(city: Any, agreement: Agreement) -> None:
    """One answered request for data, and one that waits."""
    people = city.people
    calls, crashes = (
        agreement.elements.get(name=name)
        for name in ("Call received, unit sent, unit on scene", "Injury crashes with street corner")
    )
    with city.on(300):
        asked = agreements.ask_for_data(
            calls,
            by=people["angela.ruiz"],
            agreement=agreement,
            what_for="The medical response measure of this index, and planning which ambulance waits where.",
            how_fine="Each call with its times and the district. No names, no addresses.",
            who_sees="The EMS division chief and two shift captains",
            until_on=city.day(-400),
        )
    with city.on(294):
        agreements.answer_data_request(
            asked,
            by=people["coauthor"],
            answer="yes_if",
            condition="Calls on which Police worked alone are taken out before the file is sent.",
        )
    with city.on(5):
        agreements.ask_for_data(
            crashes,
            by=people["greg.tanaka"],
            agreement=agreement,
            what_for="The crash member of this index, and choosing which crossings to fix first.",
            how_fine="Monthly totals for each corner. No names, no case numbers.",
            who_sees="Public Works engineering, four people",
            until_on=city.day(-400),
        )


def review(city: Any) -> None:
    """A review that was held, with minutes and actions, and the one to come."""
    people, keeper = city.people, city.people["owner"]
    invited = [people[key] for key in ("leader", "police-group", "sponsor", "angela.ruiz", "member", "greg.tanaka")]
    with city.on(48):
        held = meetings.plan_meeting(
            by=people["leader"],
            name="Public Safety review",
            goal=Goal.objects.get(slug=GOAL),
            held_at=at_ten(city.day(40)),
            kept_by=keeper,
            place="City hall, room 214",
            people=invited,
        )
    with city.on(44):
        overtime = meetings.add_topic(
            held,
            by=keeper,
            section=AgendaItem.Section.OPERATIONS,
            title="Overtime of the night shifts",
            finding="Fire: 412 hours in the quarter, 380 in the one before. EMS: 265 hours, 270 in the one before.",
            ask="Which shifts run short, and since when?",
        )
        hospital = meetings.add_topic(
            held,
            by=keeper,
            section=AgendaItem.Section.SUBJECT,
            title="What the county hospital sees",
            finding="The county counts people treated after falls and crashes. We do not have its figures yet.",
            ask="Which of its counts would we use, and who asks?",
        )
    with city.on(39):
        write_down(city, held, overtime, hospital)
    with city.on(37):
        for key, worth, word in (
            ("police-group", "yes", "First time that all of us looked at the same page."),
            ("sponsor", "yes", ""),
            ("angela.ruiz", "partly", "Send the agenda two days earlier."),
            ("member", "yes", ""),
        ):
            meetings.say_worth(held, by=people[key], worth=worth, word=word)
    follow_up(city, held)
    with city.on(6):
        meetings.plan_meeting(
            by=keeper,
            name="Public Safety review",
            goal=held.goal,
            held_at=at_ten(city.day(-8)),
            kept_by=keeper,
            place="City hall, room 214",
            people=invited,
        )


def at_ten(day: date) -> datetime:
    return datetime.combine(day, time(10), clock.calendar().zone)


def write_down(city: Any, held: Meeting, overtime: AgendaItem, hospital: AgendaItem) -> None:
    people, keeper = city.people, city.people["owner"]
    said = {
        overtime.pk: "Station 2 runs one person short on Friday and Saturday nights. The new crew starts in spring.",
        hospital.pk: "The hospital would share monthly totals by age and cause, without names, if the county attorney "
        "agrees.",
    }
    for topic in held.items.filter(taken_off_at=None).select_related("meeting", "measure"):
        words = said.get(topic.pk) or (
            SAID.get(topic.measure.slug, "Nobody in the room knows what was different; the owner asks the shifts.")
            if topic.measure
            else "Public Works signs when it may use the crash data."
        )
        meetings.change_topic(topic, by=keeper, version=None, said=words)
    survey = held.items.filter(measure__owner=people["member"]).first()
    for owner, text, days, item in (
        ("member", "Bring a price for a four-question survey every three months", 21, survey),
        ("owner", "Ask the county attorney whether hospital totals may be shared", 30, hospital),
        ("sponsor", "List the nights on which a station ran short, by shift", 14, overtime),
        ("denise.fowler", "Say what Public Works needs to ask for the crash reports", 10, None),
        ("angela.ruiz", "Bring the same overtime list for the ambulances", 60, overtime),
    ):
        meetings.agree_action(
            held, by=keeper, text=text, owner=people[owner], due_on=clock.today() + timedelta(days=days), item=item
        )
    meetings.close_meeting(
        held,
        by=keeper,
        version=None,
        minutes="The index is steady. Two members had no fresh value, so we spent most of the hour on the survey and "
        "on the crash data. Five actions, each with an owner.",
    )


def follow_up(city: Any, held: Meeting) -> None:
    people = city.people
    for owner, ago, status, word in (
        ("denise.fowler", 31, "done", "A form of one page; Greg Tanaka has it."),
        ("sponsor", 18, "done", "Eleven nights at station 2, three at station 5. The list is with the chiefs."),
        ("owner", 12, "in_review", "The attorney has the question and answers within the month."),
    ):
        with city.on(ago):
            action = held.actions.select_related("meeting").get(owner=people[owner])
            meetings.report_action(action, by=people[owner], version=None, status=status, word=word)
