"""What registers do in the field, published by MQTT, and the energy, cycles and corrections the portal answers."""
import datetime
import random
from datetime import timedelta

import pytest
from silaware import environment, must_run, run
from telemetry import POWER

JAKARTA = datetime.timezone(timedelta(hours=7))
START = datetime.datetime.now(JAKARTA).replace(microsecond=0) - timedelta(hours=22)


class Meters:
    """A new meter for every story."""
    count = 0

    def __call__(self):
        Meters.count += 1
        return f"0E:57:00:00:{Meters.count >> 8:02X}:{Meters.count & 255:02X}"


new_meter = Meters()


def reading(uid, minutes, **values):
    at = START + timedelta(minutes=minutes)
    return (POWER, {"uid": uid, "rtc": at.strftime("%d/%m/%Y %H:%M:%S"), "relay_state": "ON",
                    "meter_data": {name: [value] for name, value in values.items()}})


def story(uid, readings):
    return [reading(uid, minutes, energy=value) for minutes, value in readings]


def steps(start, first, step, count, every=10):
    """`count` readings from minute `start` on, `every` minutes apart."""
    return [(start + every * i, round(first + step * i, 6)) for i in range(count)]


def device_of(admin, uid, query=""):
    [device] = [one for one in admin.json("/login/summary/all_summary" + query)["devices"] if one["uid"] == uid]
    return device


def kwh_of(admin, uid):
    """Of the last seven days, which hold every story."""
    return sum(device_of(admin, uid)["daily_energy"]["kwh"])


def corrections_of(admin, uid, register="energy"):
    items = admin.json(f"/power_monitoring/corrections?uid={uid}&per_page=100")["items"]
    assert [item["observed_at"] for item in items] == sorted((item["observed_at"] for item in items), reverse=True)
    return [item["class"] for item in reversed(items) if item["register"] == register]


USUAL = steps(0, 1000, 0.5, 7)  # an hour, 3 kWh, up to 1003
STORIES = [
    ("growth", USUAL, 3, []),
    ("the first reading is a baseline", [(0, 53_000)], 0, []),
    ("a reset counts its first value", USUAL + steps(70, 0.5, 0.5, 4), 3 + 0.5 + 1.5, ["reset"]),
    ("a reset to exactly 1", USUAL + steps(70, 1.0, 0.5, 4), 3 + 1 + 1.5, ["reset"]),
    ("a fall to above 1 is another meter", USUAL + steps(70, 1.01, 0.5, 4), 3 + 1.5, ["replaced"]),
    ("a fall to a higher level", USUAL + steps(70, 500, 0.5, 4), 3 + 1.5, ["replaced"]),
    ("a reset that is not confirmed", USUAL + steps(70, 0.5, 0.5, 3), 3, []),
    ("three growths within nineteen minutes", USUAL + steps(70, 0.5, 0.5, 4, every=6), 3, []),
    ("a rollover", [(0, 99_998.5), (30, 99_999.5), (60, 20)], 1 + 0.5 + 20, ["rollover"]),
    ("a rollover of seven digits", [(0, 9_999_983), (30, 9_999_984), (60, 20)], 1 + 16 + 20, ["rollover"]),
    ("a rollover is taken back", [(0, 99_998.5), (30, 99_999.5), (40, 20), (50, 99_999.75)], 1.25,
     ["glitch", "rollover"]),
    ("no rollover below 100,000", [(0, 9998), (30, 9999), (60, 20)], 1, []),
    ("a dip to zero", USUAL + [(70, 0), (75, 0)] + steps(80, 1004, 0.5, 3), 5, ["glitch"]),
    ("a spike", USUAL + [(70, 900_000)] + steps(80, 1004, 0.5, 3), 5, ["glitch"]),
    ("1.8e21", USUAL + [(70, 1.8e21), (71, 1.8e21)] + steps(80, 1004, 0.5, 3), 5, ["glitch"]),
    ("a small negative", USUAL + [(70, -0.007), (71, -0.007)] + steps(80, 1004, 0.5, 3), 5, ["glitch"]),
    ("near zero for 25 minutes", USUAL + steps(61, 0.003, 0, 25, every=1) + steps(90, 1004, 0.5, 3), 5, ["glitch"]),
    ("a restless near zero for 40 minutes",
     USUAL + [(61 + i, 0.001 * (i % 5)) for i in range(40)] + steps(110, 1004, 0.5, 3), 5, ["glitch"]),
    ("zero for 5 hours, then on", USUAL + steps(61, 0, 0, 60, every=5) + steps(370, 1010, 0.5, 3), 11, ["glitch"]),
    ("noise backwards", USUAL + [(70, 1002.8), (80, 1003.5)], 3.5, ["noise"]),
    ("a swap to a used meter", USUAL + steps(70, 56_842_220, 0.5, 5), 3 + 2, ["replaced"]),
    ("a used meter that stands still", USUAL + steps(70, 56_842_220, 0, 30), 3, []),
    ("a used meter that stands still and then grows",
     USUAL + steps(70, 56_842_220, 0, 30) + steps(370, 56_842_221, 1, 3), 3 + 3, ["replaced"]),
    ("25 MW is no load", USUAL + steps(120, 26_003, 0.5, 5), 3 + 2, ["replaced"]),
    ("15 MW is one", USUAL + steps(120, 16_003, 0.5, 5), 3 + 15_000 + 2, []),
    ("a gap of six hours", USUAL + [(420, 1021)], 21, []),
    ("a large register is not quantised", [(0, 2_000_000.01), (10, 2_000_000.02), (20, 2_000_000.05)], 0.04, []),
    ("a larger one", [(0, 1_048_576.5), (10, 1_048_576.503)], 0.003, []),
    ("two resets in a row", USUAL + steps(70, 0.2, 1, 6) + steps(140, 0.1, 1, 6), 3 + 0.2 + 5 + 0.1 + 5,
     ["reset", "reset"]),
]


@pytest.mark.parametrize("readings, kwh, classes", [case[1:] for case in STORIES], ids=[case[0] for case in STORIES])
def test_a_story_counts_the_same_in_order_shuffled_and_doubled(feed, admin, readings, kwh, classes):
    ordered, shuffled, doubled = new_meter(), new_meter(), new_meter()
    mixed = random.Random(7).sample(readings, len(readings))
    feed(*story(ordered, readings), *story(shuffled, mixed))
    twice = story(doubled, [reading for reading in readings for _ in range(2)])
    feed(*twice[1::2], *twice[::2])
    for uid in (ordered, shuffled, doubled):
        assert kwh_of(admin, uid) == pytest.approx(kwh, abs=1e-4), uid
        assert corrections_of(admin, uid) == classes, uid


def test_until_a_level_is_decided_the_last_sure_figure_is_shown(feed, admin):
    uid = new_meter()
    feed(*story(uid, USUAL + steps(70, 0.5, 0.5, 3)))
    assert kwh_of(admin, uid) == pytest.approx(3, abs=1e-4)
    feed(*story(uid, [(100, 2.0)]))
    assert kwh_of(admin, uid) == pytest.approx(5, abs=1e-4)
    [correction] = admin.json(f"/power_monitoring/corrections?uid={uid}")["items"]
    assert set(correction) == {"observed_at", "register", "class", "before", "after", "energy_kwh"}
    assert datetime.datetime.fromisoformat(correction["observed_at"]) == START + timedelta(minutes=70)
    assert (correction["register"], correction["before"], correction["after"], correction["energy_kwh"]) == (
        "energy", 1003, 0.5, 0.5)
    # What was used while it was undecided lies at the times it was used.
    points = admin.json(f"/power_monitoring/series?uid={uid}&step=15m&from={(START - timedelta(days=1)):%Y-%m-%d}"
                        f"&to={(START + timedelta(days=1)):%Y-%m-%d}")["points"]
    at = {datetime.datetime.fromisoformat(point["t"]): point["energy_kwh"] for point in points}
    quarter = START + timedelta(minutes=85)
    quarter = quarter.replace(minute=quarter.minute // 15 * 15, second=0)
    assert at[quarter] > 0.4


def test_the_rated_power_bounds_what_is_believed(feed, admin):
    # 1.5 × 8 kW in an hour.
    for energy, kwh in ((1016, 3), (1015, 3 + 12)):
        uid = new_meter()
        assert admin.post("/login/devices", json={"mac_address": uid, "mcu_type": "ESP32", "location": "Boiler",
                                                  "rated_power_w": 8000}).status_code in (200, 201)
        feed(*story(uid, USUAL + [(120, energy)]))
        assert kwh_of(admin, uid) == pytest.approx(kwh, abs=1e-4)


def test_power_that_no_load_could_draw_bends_no_curve_and_no_demand(feed, admin):
    uid = new_meter()
    feed(*[reading(uid, minute, power=watts) for minute, watts in enumerate([4000, 1.5e12, -1e30, 6000])])
    assert device_of(admin, uid)["max_demand_kw"] <= 6
    points = admin.json(f"/power_monitoring/series?uid={uid}&step=15m&from={(START - timedelta(days=1)):%Y-%m-%d}"
                        f"&to={(START + timedelta(days=1)):%Y-%m-%d}")["points"]
    assert max(point["max_power_w"] for point in points) == 6000


def test_growth_over_a_gap_is_split_linearly(feed, admin):
    uid = new_meter()
    feed(*story(uid, [(0, 1000), (600, 1100)]))
    points = admin.json(f"/power_monitoring/series?uid={uid}&step=15m&from={(START - timedelta(days=1)):%Y-%m-%d}"
                        f"&to={(START + timedelta(days=1)):%Y-%m-%d}")["points"]
    filled = [point["energy_kwh"] for point in points if point["energy_kwh"] > 0]
    assert sum(filled) == pytest.approx(100, abs=1e-4)
    assert filled[1:-1] == [pytest.approx(2.5, abs=1e-4)] * (len(filled) - 2)
    device = device_of(admin, uid)
    day = dict(zip(device["daily_energy"]["days"], device["daily_energy"]["kwh"]))
    midnight = (START + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    before = min(600, max(0, (midnight - START).total_seconds() / 60))
    assert day[f"{START:%Y-%m-%d}"] == pytest.approx(before / 6, abs=1e-3)
    if midnight.day != 1:
        assert device["max_demand_kw"] == pytest.approx(10, abs=1e-3)


def test_co2_is_the_registers_growth_or_the_energy_times_the_factor(feed, admin):
    own, none, zeros, late = new_meter(), new_meter(), new_meter(), new_meter()
    for i in range(7):
        feed(reading(own, 10 * i, energy=1000 + i, co2=500 + i / 2), reading(none, 10 * i, energy=1000 + i),
             reading(zeros, 10 * i, energy=1000 + i, co2=0), reading(late, 10 * i, energy=1000 + i, co2=0 if i < 5 else i))
    months = {(START + timedelta(minutes=i)).date().replace(day=1) for i in (0, 60)}
    for uid, kilograms in ((own, 3), (none, 6 * 0.87), (zeros, 6 * 0.87), (late, 6)):
        assert sum(device_of(admin, uid, f"?month={month.month}&year={month.year}")["co2_kg"]
                   for month in months) == pytest.approx(kilograms, abs=1e-4)


def cycles_of(admin, uid):
    items = admin.json(f"/power_monitoring/cycles?uid={uid}&per_page=100")["items"]
    return sorted((item["cycle_count"], item["start"][-8:], item["duration"]) for item in items)


def at_second(uid, second):
    return reading(uid, second / 60, power=1000)


def test_cycles_extend_at_twenty_seconds_join_and_are_numbered_anew(feed, admin):
    uid = new_meter()

    def clock(second):
        return (START + timedelta(seconds=second)).strftime("%H:%M:%S")
    feed(*[at_second(uid, second) for second in (0, 20, 41, 100, 200)])
    assert cycles_of(admin, uid) == [(1, clock(0), "00:00:20"), (2, clock(41), "00:00:00"), (3, clock(100), "00:00:00"),
                                     (4, clock(200), "00:00:00")]
    feed(at_second(uid, 30), at_second(uid, 150))
    assert cycles_of(admin, uid) == [(1, clock(0), "00:00:41"), (2, clock(100), "00:00:00"), (3, clock(150), "00:00:00"),
                                     (4, clock(200), "00:00:00")]
    shuffled = new_meter()
    feed(*[at_second(shuffled, second) for second in (150, 0, 200, 41, 100, 20, 30)])
    assert cycles_of(admin, shuffled) == cycles_of(admin, uid)


def put(database, uid, at, energy):
    database.rows("INSERT INTO power_monitoring (uid, rtc, power, energy, timestamp) VALUES (%s, %s, 500, %s, "
                  "FROM_UNIXTIME(%s))", uid, at.strftime("%Y-%m-%d %H:%M:%S"), energy, at.timestamp())


def test_forecast_and_active_days(database, admin):
    uid = new_meter()
    today = datetime.datetime.now(JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0)
    now = max(datetime.datetime.now(JAKARTA), today + timedelta(seconds=1))
    yesterday = today - timedelta(days=1)
    for at, energy in ((yesterday + timedelta(hours=12), 1000), (yesterday + timedelta(hours=18), 1004), (today, 1004),
                       (now, 1006)):
        put(database, uid, at, energy)
    must_run("recompute", env=environment(database.environment))
    forecast = admin.json(f"/power_monitoring/forecast_energy?uid={uid}")
    active, kwh = (2, 6) if yesterday.month == today.month else (1, 2)
    assert forecast["active_days"] == active and forecast["energy_kwh"] == pytest.approx(kwh, abs=1e-4)
    assert forecast["forecast_kwh"] == pytest.approx(kwh / active * forecast["days_in_month"], abs=1e-3)
    assert forecast["cost"] == pytest.approx(kwh * 1444.70, rel=1e-6)
    assert forecast["forecast_cost"] == pytest.approx(forecast["forecast_kwh"] * 1444.70, rel=1e-6)


def test_a_month_to_come_is_all_zeros_and_the_current_windows_stay(feed, admin):
    uid = new_meter()
    feed(*story(uid, USUAL))
    coming = device_of(admin, uid, f"?month=1&year={START.year + 2}")
    for name in ("energy_kwh", "cost", "co2_kg", "forecast_kwh", "forecast_cost"):
        assert coming[name] == 0
    assert sum(coming["daily_energy"]["kwh"]) == pytest.approx(3, abs=1e-4)
    assert len(coming["daily_energy"]["days"]) == 7 and len(coming["weekly_duration"]["weeks"]) == 5
    totals = admin.json(f"/login/summary/all_summary?month=1&year={START.year + 2}")["totals"]
    assert totals["energy_kwh"] == totals["cost"] == totals["forecast_kwh"] == 0


def test_a_recompute_of_all_this_finds_nothing_to_change(feed, database):
    assert must_run("recompute", env=environment(database.environment)).strip().endswith("nothing changed")


def test_rows_put_in_by_hand_count_over_month_and_year_ends(database, admin):
    uid = new_meter()
    year = START.year - 1  # so that the purge takes them, whatever month this is
    new_year = datetime.datetime(year, 1, 1, tzinfo=JAKARTA)
    for at, energy in ((new_year - timedelta(hours=31), 100), (new_year + timedelta(hours=31), 162),
                       (new_year + timedelta(days=62), 1162)):
        put(database, uid, at, energy)
    said = must_run("recompute", env=environment(database.environment))
    assert "3 rows put in their place in time" in said
    december = device_of(admin, uid, f"?month=12&year={year - 1}")
    assert december["energy_kwh"] == pytest.approx(31, abs=1e-4)
    assert december["forecast_kwh"] == december["energy_kwh"]
    january = device_of(admin, uid, f"?month=1&year={year}")
    assert january["energy_kwh"] == pytest.approx(31 + 1000 * (31 - 31 / 24) / (62 - 31 / 24), abs=1e-3)
    # The purge takes the rows, a recompute leaves what they made.
    must_run("purge", env=environment(database.environment))
    assert database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = %s", uid) == 0
    assert run("recompute", env=environment(database.environment)).stdout.strip().endswith("nothing changed")
    assert device_of(admin, uid, f"?month=1&year={year}") == january


def test_utilities_add_up_over_days_and_last_year(feed, database, admin):
    machine = new_meter()
    today = datetime.datetime.now(JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = int(today.timestamp())
    runs = [(midnight - 3600, midnight - 3600, 120), (midnight - 1800, midnight + 1800, 1800)]
    feed(*[("silaware/utils", {"id": machine, "start": start, "stop": stop, "cycle_count": i, "total_run": total})
           for i, (start, stop, total) in enumerate(runs)])
    leap_day = (today.month, today.day) == (2, 29)
    year_ago = (today - timedelta(days=leap_day)).replace(year=today.year - 1)
    last_year = int((year_ago - timedelta(days=3)).timestamp())
    after = int((year_ago + timedelta(days=2)).timestamp())
    database.rows("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) VALUES (%s, %s, %s, 1, 700), "
                  "(%s, %s, %s, 2, 50)", machine, last_year, last_year + 900, machine, after, after + 60)
    must_run("recompute", env=environment(database.environment))
    must_run("purge", env=environment(database.environment))

    def machine_row():
        [row] = [one for one in admin.json("/login/utilities/json")["devices"] if one["mac_address"] == machine]
        return row
    row = machine_row()
    assert row["today"] == "00:15:00" and row["yesterday"] == "00:17:00" and row["cycles_today"] == 0
    assert row["total"] == "00:44:30"
    day_of_year = today.timetuple().tm_yday
    assert row["ytd"] == ("00:32:00" if day_of_year > 1 else "00:15:00")
    assert row["yoy"] == ("00:11:40" if day_of_year > 3 else "00:00:00")
    must_run("recompute", env=environment(database.environment))
    assert machine_row() == row
