"""Goals, objectives and measures of the demonstration city, with the shape of their history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """A measure and how its values run: around `level` with `noise`, after `shift_months` ago around `level + shift`.

    `season`: how far it rises above its level in July and falls below it in January. `parts`: the names of its
    break-down, each with the usual count of a month. `waits`: of rare events the days between them, the newest last, and
    how long ago the last one was.
    """

    slug: str
    name: str
    meaning: str
    unit: str
    direction: str
    department: str
    owner: str
    level: float
    noise: float
    target: float
    source: str
    kind: str = "outcome"
    months: int = 60
    shift: float = 0.0
    shift_months: int = 0
    gaps: tuple[int, ...] = ()
    backup: str = ""
    cadence: str = "monthly"
    season: float = 0.0
    broken_down_by: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    waits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Aim:
    """A goal with its objectives; each objective is a name and its measures."""

    slug: str
    name: str
    sentence: str
    owner: str
    objectives: tuple[tuple[str, tuple[Series, ...]], ...]


BETWEEN_INJURIES = (
    34, 61, 22, 48, 75, 19, 203, 40, 29, 66, 45, 31, 58, 24, 49, 71, 37, 43, 27, 62, 35, 55, 41, 26,
)  # fmt: skip

AIMS = (
    Aim(
        "safe-community",
        "Safe community",
        "Help arrives quickly, and crews know what waits for them.",
        "police-group",
        (
            (
                "The first unit arrives sooner",
                (
                    Series(
                        "first-engine-arrival",
                        "First engine on scene within four minutes",
                        "Share of fire calls on which the first engine arrived within four minutes of dispatch.",
                        "percent of calls",
                        "up",
                        "fire",
                        "owner",
                        83.4,
                        1.6,
                        90,
                        "Dispatch system, closed fire calls",
                        "quality",
                        backup="coauthor",
                    ),
                    Series(
                        "ems-response",
                        "Median response to priority-one medical calls",
                        "Half of all priority-one medical calls were answered at least this fast, from call to arrival.",
                        "minutes",
                        "down",
                        "ems",
                        "angela.ruiz",
                        6.4,
                        0.18,
                        6,
                        "Dispatch system, priority-one medical calls",
                        backup="owner",
                    ),
                    Series(
                        "hydrants-out",
                        "Hydrants out of service that crews did not know about",
                        "Hydrants found not working on arrival at a fire, counted by the incident report.",
                        "hydrants a month",
                        "down",
                        "fire",
                        "owner",
                        4.2,
                        1.2,
                        1,
                        "Incident reports",
                    ),
                ),
            ),
            (
                "Crews come home unhurt",
                (
                    Series(
                        "crew-injuries",
                        "Serious injuries of crews on duty",
                        "Injuries of firefighters and medics on duty that kept them away from work for a day or more.",
                        "injuries",
                        "down",
                        "fire",
                        "coauthor",
                        0,
                        0,
                        0,
                        "Injury reports",
                        backup="owner",
                        cadence="daily",
                        waits=BETWEEN_INJURIES,
                    ),
                ),
            ),
            (
                "Records serve officers and residents",
                (
                    Series(
                        "police-report-copy",
                        "Days until a resident gets a copy of a police report",
                        "Working days from the request to the copy, average over the month.",
                        "days",
                        "down",
                        "police",
                        "denise.fowler",
                        8.8,
                        0.9,
                        5,
                        "Records desk log",
                        "quality",
                    ),
                    Series(
                        "body-camera-review",
                        "Hours that a lieutenant spends looking for video",
                        "Hours a month spent finding and marking video for a case, from the time sheet code.",
                        "hours a month",
                        "down",
                        "police",
                        "raymond.cho",
                        61,
                        6,
                        40,
                        "Time sheets",
                        "efficiency",
                        gaps=(7, 8),
                    ),
                ),
            ),
        ),
    ),
    Aim(
        "streets-and-water",
        "Streets and water that work",
        "What the city owns is kept in order before it breaks.",
        "greg.tanaka",
        (
            (
                "Defects are repaired on time",
                (
                    Series(
                        "potholes-on-time",
                        "Potholes repaired within one working day",
                        "Share of reported potholes that were closed within one working day.",
                        "percent of reports",
                        "up",
                        "public-works",
                        "ellen.brandt",
                        71,
                        3.4,
                        80,
                        "Work orders",
                        "quality",
                        shift=9.5,
                        shift_months=11,
                        backup="owner",
                        broken_down_by="Council district",
                        parts=(("District 1", 41), ("District 2", 36), ("District 3", 28), ("District 4", 5)),
                    ),
                    Series(
                        "signals-24h",
                        "Traffic signals repaired within 24 hours",
                        "Share of signal defects that were closed within 24 hours.",
                        "percent of defects",
                        "up",
                        "public-works",
                        "owner",
                        84,
                        3,
                        90,
                        "Work orders",
                        "quality",
                    ),
                ),
            ),
            (
                "Water is not lost and bills are right",
                (
                    Series(
                        "water-loss",
                        "Water lost between plant and meter",
                        "Share of produced water that no meter counted.",
                        "percent of water",
                        "down",
                        "utilities",
                        "tom.reyes",
                        9.6,
                        0.5,
                        8,
                        "Plant and meter readings",
                        backup="dmitri.volkov",
                        season=1.6,
                    ),
                    Series(
                        "bill-corrections",
                        "Bills corrected after they were sent",
                        "Bills of the month that had to be corrected afterwards.",
                        "bills a month",
                        "down",
                        "utilities",
                        "owner",
                        212,
                        18,
                        120,
                        "Billing system",
                    ),
                ),
            ),
        ),
    ),
    Aim(
        "easy-to-deal-with",
        "Easy to deal with",
        "Residents and builders get an answer the first time, without a trip to city hall.",
        "sofia.marin",
        (
            (
                "Permits move",
                (
                    Series(
                        "first-permit-review",
                        "Days to the first permit review",
                        "Working days from a complete application to the first review, average over the month.",
                        "days",
                        "down",
                        "community-development",
                        "jacob.ostrow",
                        18.5,
                        1.5,
                        10,
                        "Permit system",
                        shift=-7,
                        shift_months=14,
                        backup="owner",
                    ),
                    Series(
                        "permits-online",
                        "Permits applied for online",
                        "Share of permit applications that came in online.",
                        "percent of applications",
                        "up",
                        "community-development",
                        "owner",
                        52,
                        3,
                        75,
                        "Permit system",
                        "output",
                        shift=6,
                        shift_months=14,
                    ),
                ),
            ),
            (
                "One place to ask",
                (
                    Series(
                        "calls-in-30-seconds",
                        "Calls answered within 30 seconds",
                        "Share of calls to the city's main number that a person answered within 30 seconds.",
                        "percent of calls",
                        "up",
                        "city-manager",
                        "owner",
                        88,
                        2.2,
                        95,
                        "Telephone system",
                        "quality",
                    ),
                    Series(
                        "field-bookings",
                        "Hours of staff time a month for field and shelter bookings",
                        "Hours that recreation staff spend on bookings by telephone and at the counter.",
                        "hours a month",
                        "down",
                        "parks",
                        "miguel.santos",
                        148,
                        11,
                        60,
                        "Time sheets",
                        "efficiency",
                        gaps=(3,),
                    ),
                ),
            ),
        ),
    ),
    Aim(
        "strong-finances",
        "Strong finances",
        "Every dollar is paid on time, to the right place, and can be explained.",
        "farah.siddiqui",
        (
            (
                "Bills and payroll are right the first time",
                (
                    Series(
                        "invoices-on-time",
                        "Invoices paid within 30 days",
                        "Share of invoices that were paid within 30 days of receipt.",
                        "percent of invoices",
                        "up",
                        "finance",
                        "ruth.adeyemi",
                        81,
                        2.5,
                        95,
                        "Accounts payable",
                        "quality",
                        backup="owner",
                    ),
                    Series(
                        "timesheet-corrections",
                        "Hours spent on correcting time sheets",
                        "Hours a month that payroll and supervisors spend on corrections.",
                        "hours a month",
                        "down",
                        "human-resources",
                        "yusuf.karaman",
                        42,
                        2.6,
                        25,
                        "Payroll log",
                        "efficiency",
                    ),
                ),
            ),
        ),
    ),
    Aim(
        "places-to-learn-and-play",
        "Places to learn and play",
        "Libraries and parks are open, used, and easy to find.",
        "member",
        (
            (
                "More people use what we have",
                (
                    Series(
                        "library-late-returns",
                        "Late returns",
                        "Items returned after their due date.",
                        "items a month",
                        "down",
                        "library",
                        "mei.tan",
                        872,
                        48,
                        600,
                        "Library system",
                        shift=-12,
                        shift_months=4,
                    ),
                    Series(
                        "programme-places",
                        "Places taken in recreation programmes",
                        "Share of offered places that were taken.",
                        "percent of places",
                        "up",
                        "parks",
                        "owner",
                        74,
                        3.6,
                        85,
                        "Registration system",
                    ),
                ),
            ),
        ),
    ),
    Aim(
        "government-that-performs",
        "A government that performs",
        "Staff spend their time on residents, not on retyping.",
        "leader",
        (
            (
                "Less retyping, safer systems",
                (
                    Series(
                        "records-requests",
                        "Days to answer a public records request",
                        "Calendar days from request to answer, average over the month.",
                        "days",
                        "down",
                        "city-clerk",
                        "noah.feldman",
                        9.7,
                        0.8,
                        7,
                        "Clerk's request log",
                        "quality",
                        backup="owner",
                    ),
                    Series(
                        "phishing-reported",
                        "Staff who report a test message",
                        "Share of staff who reported the month's test message instead of opening it.",
                        "percent of staff",
                        "up",
                        "it",
                        "owner",
                        41,
                        4,
                        70,
                        "Security training",
                        "quality",
                    ),
                    Series(
                        "vehicle-days-lost",
                        "Vehicle days lost to unplanned repairs",
                        "Days in the month on which a vehicle stood still for a repair that nobody had planned.",
                        "days a month",
                        "down",
                        "fleet",
                        "carl.jensen",
                        96,
                        5,
                        70,
                        "Fleet system",
                        "efficiency",
                        shift=-13,
                        shift_months=14,
                    ),
                ),
            ),
        ),
    ),
)
