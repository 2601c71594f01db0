#!/usr/bin/env python3
"""Writes the landing tables of the made-up business Cinderhouse as CSV seeds.

Everything is invented. The same seed number gives the same bytes on every machine: the only source of chance is
`random.Random(...).random()`, whose sequence Python guarantees across versions.
"""

import csv
import random
from datetime import date, datetime, timedelta
from pathlib import Path

LANDING = Path(__file__).parent / "project" / "seeds" / "landing"
CHANCE = random.Random(20250106)

STUDIOS = [
    ("Wharfside", "Port Ashby", "2017-03-04", 14),
    ("Old Dairy", "Millbrook Vale", "2018-09-15", 10),
    ("Signal Box", "Tarn Halt", "2019-05-11", 8),
    ("Brickfield", "Lower Quarley", "2020-10-03", 12),
    ("Lighthouse Row", "Port Ashby", "2022-02-19", 9),
    ("The Granary", "Eastmere", "2023-06-24", 11),
]
FIRST_NAMES = ["Ambrose", "Bettina", "Caspian", "Delphine", "Eamon", "Fenella", "Gideon", "Hester", "Ivo", "Juno",
               "Kester", "Lavinia", "Magnus", "Nerys", "Orla", "Piers", "Quilla", "Rufus", "Sunniva", "Tobit"]
LAST_NAMES = ["Fakeworth", "Madeup", "Notreal", "Pretendley", "Samplesby", "Testington", "Inventham", "Placeholder",
              "Dummett-Data", "Specimen", "Fictionby", "Exemplar", "Mockridge", "Stubbsworth", "Trialford", "Imagine"]
PLANS = ["clay", "glaze", "kiln"]
GLAZES = ["CEL-01", "CEL-02", "TEN-01", "TEN-02", "SHI-01", "ASH-01", "ASH-02", "OIL-01"]
COUNTED_TWICE = 0.03  # share of till rows rung up with a quantity of nought and never voided


def main():
    LANDING.mkdir(parents=True, exist_ok=True)
    members = make_members(320)
    kilns = make_kilns(14)
    firings = make_firings(kilns, 400)
    bookings = make_bookings(members, kilns, firings)
    write("raw_studios", ["studio_id", "studio_name", "town", "opened_on", "wheel_count"],
          [(number, *row) for number, row in enumerate(STUDIOS, start=1)])
    write("raw_members", ["member_id", "full_name", "email", "phone", "postcode", "plan_code", "home_studio_id",
                          "joined_on", "updated_at"], members)
    write("raw_consents", ["consent_id", "member_id", "channel", "is_granted", "recorded_at"], make_consents(members))
    write("raw_kilns", ["kiln_id", "studio_id", "kiln_name", "fuel", "shelf_units", "max_celsius", "commissioned_on"],
          kilns)
    write("raw_firings", ["firing_id", "kiln_id", "programme", "target_cone", "started_at", "ended_at", "outcome",
                          "units_logged"], firings)
    write("raw_readings", ["reading_id", "firing_id", "minute_mark", "celsius", "recorded_at"], make_readings(firings))
    write("raw_bookings", ["booking_id", "member_id", "firing_id", "shelf_units", "booked_at", "booking_status"],
          bookings)
    write("raw_charge_revisions", ["revision_id", "booking_id", "revision_no", "reason_code", "amount_pence",
                                   "revised_at"], make_charge_revisions(bookings))
    write("raw_sales", ["sale_id", "studio_id", "member_id", "glaze_code", "quantity", "channel", "sold_at"],
          make_sales(members, 800))


def make_members(count):
    rows = []
    for number in range(1, count + 1):
        first, last = one_of(FIRST_NAMES), one_of(LAST_NAMES)
        joined = date(2021, 1, 4) + timedelta(days=between(0, 1480))
        changed = datetime(2025, 1, 6, 9) + timedelta(hours=between(0, 6000))
        rows.append((
            number,
            f"{first} {last}",
            f"{first}.{last}.{number:04d}@{one_of(['example.com', 'example.org'])}".lower(),
            f"07700 900{between(0, 999):03d}",
            f"ZZ{between(1, 9)} {between(1, 9)}{one_of('ABDEF')}{one_of('GHJLN')}",
            one_of(PLANS),
            between(1, len(STUDIOS)),
            joined.isoformat(),
            stamp(changed),
        ))
    return rows


def make_consents(members):
    rows = []
    for member in members:
        for channel in ["email", "sms"]:
            asked = datetime.fromisoformat(member[7]) + timedelta(hours=between(8, 40))
            for _ in range(between(0, 2)):
                rows.append((len(rows) + 1, member[0], channel, "true" if CHANCE.random() < 0.7 else "false",
                             stamp(asked)))
                asked += timedelta(days=between(20, 200))
    return rows


def make_kilns(count):
    rows = []
    for number in range(1, count + 1):
        commissioned = date(2017, 3, 1) + timedelta(days=between(0, 2400))
        rows.append((number, (number - 1) % len(STUDIOS) + 1, f"Kiln {number:02d}", one_of(["electric", "electric", "gas"]),
                     one_of([12, 16, 20, 24, 30]), one_of([1260, 1280, 1300, 1320]), commissioned.isoformat()))
    return rows


def make_firings(kilns, count):
    rows = []
    started = datetime(2025, 1, 6, 6)
    for number in range(1, count + 1):
        kiln = one_of(kilns)
        programme = one_of(["bisque", "bisque", "glaze", "glaze", "glaze", "raku"])
        cone = {"bisque": "04", "glaze": one_of(["6", "10"]), "raku": "06"}[programme]
        begins = started + timedelta(minutes=between(0, 600))
        ends = begins + timedelta(minutes=between(420, 840))
        outcome = "completed" if CHANCE.random() < 0.94 else "aborted"
        rows.append((number, kiln[0], programme, cone, stamp(begins), stamp(ends), outcome,
                     max(4, kiln[4] - between(0, 5))))
        started += timedelta(hours=between(14, 28))
    return rows


def make_bookings(members, kilns, firings):
    shelf_units = {kiln[0]: kiln[4] for kiln in kilns}
    rows = []
    for firing in firings:
        free = shelf_units[firing[1]]
        for _ in range(between(3, 6)):
            units = min(free, between(1, 6))
            if units == 0:
                break
            free -= units
            booked = datetime.fromisoformat(firing[4]) - timedelta(hours=between(12, 340))
            status = "cancelled" if CHANCE.random() < 0.1 else "placed"
            rows.append((len(rows) + 1, one_of(members)[0], firing[0], units, stamp(booked), status))
    return rows


def make_charge_revisions(bookings):
    """A booking is priced when it is made and priced again when it is weighed or disputed: one to three revisions."""
    rows = []
    for booking in bookings:
        pence = booking[3] * between(380, 620)
        revised = datetime.fromisoformat(booking[4])
        for revision, reason in enumerate(["quoted", "weighed", "disputed"][: one_of([1, 2, 2, 3])], start=1):
            rows.append((len(rows) + 1, booking[0], revision, reason, pence, stamp(revised)))
            pence = max(200, pence + between(-150, 260))
            revised += timedelta(hours=between(2, 90))
    return rows


def make_readings(firings):
    rows = []
    for firing in firings:
        begins = datetime.fromisoformat(firing[4])
        top = {"bisque": 1060, "glaze": 1240, "raku": 990}[firing[2]] * (1 if firing[6] == "completed" else 0.6)
        for step, share in enumerate([0.2, 0.55, 0.85, 1.0], start=1):
            celsius = round(top * share + CHANCE.random() * 18 - 9, 1)
            minute = step * 105
            rows.append((len(rows) + 1, firing[0], minute, celsius, stamp(begins + timedelta(minutes=minute))))
    return rows


def make_sales(members, count):
    rows = []
    sold = datetime(2025, 1, 7, 10)
    for number in range(1, count + 1):
        channel = one_of(["studio_counter", "studio_counter", "web_shop", "market_stall"])
        buyer = one_of(members)[0] if CHANCE.random() < 0.8 else ""
        quantity = 0 if CHANCE.random() < COUNTED_TWICE else between(1, 6)
        rows.append((number, between(1, len(STUDIOS)), buyer, one_of(GLAZES), quantity, channel, stamp(sold)))
        sold += timedelta(minutes=between(200, 1030))
    return rows


def write(name, header, rows):
    with (LANDING / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def between(low, high):
    return low + int(CHANCE.random() * (high - low + 1))


def one_of(choices):
    return choices[int(CHANCE.random() * len(choices))]


def stamp(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    main()
