// One meter: live values, load curve, history, hours, forecast, cycles, corrections.
import "./shell.js";
import { barChart, colour } from "./charts.js";
import { onlineBadge } from "./device.js";
import { byId, el, setFigure, setText } from "./dom.js";
import * as format from "./format.js";
import { label, t } from "./i18n.js";
import { live } from "./live.js";
import { showRange } from "./load_curve.js";
import { addReading, lastTime, showData } from "./meter_readings.js";
import { get, query } from "./request.js";
import { empty, firstDevice, trouble } from "./states.js";
import { pagedTable } from "./table.js";

const { uid } = byId("meter").dataset;
const silence = 30_000;  // ms without news after which the page asks whether the meter is still online
let heardAt = 0;  // when the stream told of the last reading
const of = (path, values = {}) => get(`/power_monitoring/${path}${query({ uid, ...values })}`);

/* ---- live values */

function showRelay(state) {
  const badge = byId("relay");
  badge.hidden = !state;
  badge.className = `badge ${state === "ON" ? "ok" : ""}`;
  setText(badge, t("meter.relay", { state: state ? label("relay", state) : "" }));
}

/** What a silent meter sent last is not what flows now: its figures stand back. */
function showPresence(online) {
  byId("presence").replaceChildren(onlineBadge(online));
  byId("content").classList.toggle("stale", !online);
}

async function loadReadings() {
  const data = await of("data");
  const none = data.rtc.length === 0;
  byId("nothing").hidden = !none;
  byId("content").hidden = none;
  if (none) {
    byId("nothing").replaceChildren(empty({ symbol: "plug", title: t("meter.no_data"), action: firstDevice("power") }));
    return false;
  }
  showData(data);
  showRelay(data.relay_state);
  showPresence(data.online);
  format.setAgo(byId("seen"), lastTime());
  return true;
}

function reading(event) {
  if (event.uid !== uid) return;
  if (!lastTime()) location.reload();
  else if (addReading(event)) {
    heardAt = Date.now();
    showPresence(true);
    if (event.relay_state) showRelay(event.relay_state);
    format.setAgo(byId("seen"), event.observed_at);
  }
}

/* ---- history, hours, forecast */

async function part(box, draw) {
  try {
    await draw(box);
  } catch (error) {
    box.replaceChildren(trouble(error, () => part(box, draw)));
  }
}

async function drawHistory(box) {
  const { labels, values, days } = await of("history");
  if (values.length === 0) {
    box.replaceChildren(empty({ symbol: "chart-column", title: t("meter.no_history"), text: t("meter.no_history_text") }));
    return;
  }
  const kwh = values.reduce((sum, value) => sum + (value ?? 0), 0);
  setText(byId("history-note"), format.joined(format.energy(kwh)));
  barChart(box, {
    labels: days ? days.map((day) => format.weekday(day)) : labels, format: (value) => format.joined(format.energy(value)), tick: format.energyTick,
    datasets: [{ label: t("meter.energy"), data: values, colour: colour("energy") }], describe: t("meter.history_chart", { energy: format.joined(format.energy(kwh)) }),
  });
}

async function drawHours(box) {
  const { weeks, hours } = await of("weekly_duration");
  setText(byId("hours-note"), format.joined(format.hours(hours.at(-1))));
  barChart(box, {
    labels: weeks.map(format.week), format: (value) => format.joined(format.hours(value)), tick: format.hoursTick, datasets: [{ label: t("meter.hours"), data: hours, colour: colour("cost") }],
    describe: t("meter.hours_chart", { hours: format.joined(format.hours(hours.at(-1))) }),
  });
}

const monthBefore = (text) => new Date(Date.UTC(...text.split("-").map((part, i) => Number(part) - (i === 1 ? 2 : 0)), 1)).toISOString().slice(0, 7);

async function loadForecast() {
  const now = await of("forecast_energy");
  const before = await of("forecast_energy", { month: monthBefore(now.month) }).catch(() => null);
  const show = (name, figure) => setFigure(byId(name), figure);
  show("month-energy", format.energy(now.energy_kwh));
  show("month-cost", { value: format.moneyShort(now.cost, now.currency), unit: "" });
  byId("month-cost").title = format.money(now.cost, now.currency);
  show("month-forecast", format.energy(now.forecast_kwh));
  show("month-forecast-cost", { value: format.moneyShort(now.forecast_cost, now.currency), unit: "" });
  byId("month-forecast-cost").title = format.money(now.forecast_cost, now.currency);
  show("month-demand", format.power((now.max_demand_kw ?? 0) * 1000));
  show("month-co2", format.co2(now.co2_kg));
  setText(byId("under-demand"), now.max_demand_at ? format.dateTime(now.max_demand_at) : "");
  setText(byId("under-energy"), t("meter.active_days", { active: now.active_days, days: now.days_in_month }));
  setText(byId("under-cost"), t("summary.rate", { rate: `${now.currency} ${format.number(now.rate, 2)}` }));
  const last = before?.energy_kwh ?? 0;
  // By active day: the meter may have come in the middle of last month, and rests on other days in each.
  const daily = (figures) => (figures?.active_days > 0 ? figures.energy_kwh / figures.active_days : 0);
  const change = daily(before) > 0 && daily(now) > 0 ? (daily(now) / daily(before) - 1) * 100 : null;
  setText(byId("under-forecast"), change === null ? format.month(now.month) : t("meter.against_last", { change: `${change >= 0 ? "+" : "−"}${format.number(Math.abs(change))}%` }));
  byId("under-forecast").title = t("meter.last_month", { energy: format.joined(format.energy(last)) });
}

/* ---- lists */

function lists() {
  pagedTable({
    root: byId("cycles"), url: "/power_monitoring/cycles", fixed: { uid }, prefix: "cycles_", title: t("meter.cycles"),
    none: { symbol: "rotate", title: t("meter.no_cycles"), text: t("meter.no_cycles_text") },
    columns: [
      { title: t("meter.cycle"), cell: (cycle) => format.number(cycle.cycle_count) },
      { title: t("meter.start"), cell: (cycle) => format.wallClock(cycle.start) },
      { title: t("meter.stop"), cell: (cycle) => format.wallClock(cycle.stop) },
      { title: t("meter.duration"), kind: "number", cell: (cycle) => cycle.duration },
    ],
  });
  pagedTable({
    root: byId("corrections"), url: "/power_monitoring/corrections", fixed: { uid }, prefix: "corrections_", title: t("meter.corrections"),
    none: { symbol: "check", title: t("meter.no_corrections"), text: t("meter.no_corrections_text") },
    columns: [
      { title: t("meter.observed"), cell: (entry) => format.dateTime(entry.observed_at, { seconds: true }) },
      { title: t("meter.correction"), cell: (entry) => el("span.badge", {}, label("correction", entry.class)) },
      { title: t("meter.register"), cell: (entry) => label("register", entry.register) },
      { title: t("meter.before"), kind: "number", cell: (entry) => format.exact(entry.before) },
      { title: t("meter.after"), kind: "number", cell: (entry) => format.exact(entry.after) },
      { title: t("meter.counted"), kind: "number", cell: (entry) => format.exact(entry.energy_kwh) },
    ],
  });
}

function rest() {
  showRange(format.siteDay(new Date(lastTime())));
  part(byId("history"), drawHistory);
  part(byId("hours"), drawHours);
  loadForecast().catch(() => {});
}

async function start() {
  try {
    if (await loadReadings()) {
      rest();
      lists();
    }
  } catch (error) {
    byId("nothing").hidden = false;
    byId("nothing").replaceChildren(trouble(error, start));
    return;
  }
  live({
    onReading: reading,
    poll: loadReadings,
  });
  setInterval(() => { if (!document.hidden && lastTime()) rest(); }, 120_000);
  setInterval(() => { if (!document.hidden && lastTime() && Date.now() - heardAt > silence) loadReadings().catch(() => {}); }, silence);
}

start();
