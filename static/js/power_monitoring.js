// One meter: live values, load curve, history, hours, forecast, cycles, corrections.
import "./shell.js";
import { get, query, remember, remembered } from "./request.js";
import { barChart, colour, faded, lineChart } from "./charts.js";
import { byId, el, setFigure, setText } from "./dom.js";
import * as format from "./format.js";
import { label, t } from "./i18n.js";
import { live } from "./live.js";
import { series } from "./series.js";
import { empty, firstDevice, trouble } from "./states.js";
import { pagedTable } from "./table.js";

const { uid } = byId("meter").dataset;
const of = (path, values = {}) => get(`/power_monitoring/${path}${query({ uid, ...values })}`);
const shownReadings = 20;
const plain = (decimals, unit) => (value) => ({ value: format.number(value, decimals), unit });
const quantities = {
  voltage: { tone: "cost", figure: plain(1, "V"), scale: [180, 260] },
  current: { tone: "forecast", figure: plain(2, "A") },
  power: { tone: "power", figure: format.power, tick: format.powerTick },
  frequency: { tone: "co2", figure: plain(2, "Hz"), scale: [48, 52] },
  pf: { tone: "demand", figure: plain(2, ""), scale: [0, 1] },
  energy: { tone: "energy", figure: (kwh) => ({ value: format.number(kwh, 2), unit: "kWh" }) },
  co2: { tone: "co2", figure: (kg) => ({ value: format.number(kg, 2), unit: "kg" }) },
};
let readings = null;

/* ---- live values */

function showGauge(name, value) {
  const gauge = document.querySelector(`[data-gauge="${name}"]`);
  if (!gauge) return;
  const { figure, scale } = quantities[name];
  setFigure(gauge.querySelector(".value"), figure(value));
  const bar = gauge.querySelector(".scale > span");
  if (!bar) return;
  const seen = readings[name].filter(Number.isFinite);
  const [least, most] = scale ?? [0, niceTop(Math.max(...seen, 0))];
  bar.style.width = `${Math.min(100, Math.max(0, ((value - least) / (most - least || 1)) * 100)).toFixed(1)}%`;
  const [low, high] = gauge.querySelectorAll(".bounds span");
  setText(low, format.joined(figure(least)));
  setText(high, format.joined(figure(most)));
}

function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value * 1.15));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= value * 1.15) ?? power * 10;
}

function showReadings() {
  const labels = readings.times.map((time) => format.clock(time, { seconds: true }));
  for (const [name, { tone, figure, tick = (value) => format.exact(value, 2) }] of Object.entries(quantities)) {
    const values = readings[name];
    showGauge(name, values.at(-1));
    const box = document.querySelector(`[data-chart="${name}"]`);
    if (!box) continue;
    lineChart(box, {
      labels, format: (value) => format.joined(figure(value)), datasets: [{ label: t(`meter.${name}`), data: values, colour: colour(tone) }],
      y: { beginAtZero: false, grace: "12%", ticks: { padding: 6, maxTicksLimit: 4, callback: tick } }, x: { ticks: { maxTicksLimit: 3, maxRotation: 0 } },
      describe: t("meter.last_chart", { quantity: t(`meter.${name}`), value: format.joined(figure(values.at(-1))) }),
    });
    setText(box.closest("section").querySelector(".note"), format.joined(figure(values.at(-1))));
  }
}

function showRelay(state) {
  const badge = byId("relay");
  badge.hidden = !state;
  badge.className = `badge ${state === "ON" ? "ok" : ""}`;
  setText(badge, t("meter.relay", { state: state ? label("relay", state) : "" }));
}

/** When each reading was made: the meter's clock in the site's zone, or the instant if the server gives it. */
const timesOf = (data) => data.observed_at ?? data.rtc.map((text) => `${String(text).replace(" ", "T")}`);

async function loadReadings() {
  const data = await of("data");
  const none = data.rtc.length === 0;
  byId("nothing").hidden = !none;
  byId("content").hidden = none;
  if (none) {
    byId("nothing").replaceChildren(empty({ symbol: "plug", title: t("meter.no_data"), action: firstDevice("power") }));
    return false;
  }
  readings = { ...data, times: timesOf(data) };
  showReadings();
  showRelay(data.relay_state);
  format.setAgo(byId("seen"), readings.times.at(-1));
  return true;
}

function reading(event) {
  if (event.uid !== uid || !readings) return;
  const fresh = { voltage: event.voltage, current: event.current, power: event.power_w, frequency: event.frequency, pf: event.pf,
    energy: event.energy_kwh, co2: event.co2_kg ?? null };
  if (Date.parse(event.observed_at) <= Date.parse(readings.times.at(-1))) return;
  readings.times = [...readings.times, event.observed_at].slice(-shownReadings);
  for (const [name, value] of Object.entries(fresh)) readings[name] = [...readings[name], value ?? (name === "co2" ? readings.co2.at(-1) : null)].slice(-shownReadings);
  showReadings();
  if (event.relay_state) showRelay(event.relay_state);
  format.setAgo(byId("seen"), event.observed_at);
}

/* ---- load curve */

const range = { span: remembered("span", "day"), day: remembered("day", format.siteDay()) };
const lengths = { day: 1, week: 7, month: 30 };
const moved = (text, days) => new Date(Date.parse(`${text}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);

async function loadCurve() {
  const box = byId("curve");
  const from = moved(range.day, 1 - lengths[range.span]);
  try {
    const answer = await series(uid, { from, to: range.day });
    if (answer.points.length === 0) {
      setText(byId("curve-note"), "");
      box.replaceChildren(empty({ symbol: "chart-area", title: t("meter.no_curve"), text: t("meter.no_curve_text") }));
      return;
    }
    drawCurve(box, answer);
  } catch (error) {
    box.replaceChildren(trouble(error, loadCurve));
  }
}

function drawCurve(box, { points, step }) {
  const time = (point) => (range.span === "day" ? format.clock(point.t) : step === "1d" ? format.day(point.t.slice(0, 10)) : `${format.day(point.t.slice(0, 10))} ${format.clock(point.t)}`);
  const means = points.map((point) => point.power_w);
  const peak = points.reduce((best, point) => ((point.power_w ?? -1) > (best?.power_w ?? -1) ? point : best), null);
  const kwh = points.reduce((sum, point) => sum + (point.energy_kwh ?? 0), 0);
  setText(byId("curve-note"), t("meter.curve_note", { energy: format.joined(format.energy(kwh)), power: format.joined(format.power(peak?.power_w)), time: peak ? time(peak) : "" }));
  lineChart(box, {
    labels: points.map(time), format: (value) => format.joined(format.power(value)), tick: format.powerTick, legend: true,
    datasets: [
      { label: t("meter.mean_power"), data: means, colour: colour("power") },
      { label: t("meter.max_power"), data: points.map((point) => point.max_power_w), colour: faded(colour("demand"), 0.75), fill: false, borderWidth: 1, borderDash: [3, 3] },
    ],
    lines: peak?.power_w ? [{ value: peak.power_w, tone: colour("demand"), name: t("meter.max_demand_line", { power: format.joined(format.power(peak.power_w)) }) }] : [],
    describe: t("meter.curve_chart", { power: format.joined(format.power(peak?.power_w)) }),
  });
}

function showRange() {
  byId("day").value = range.day;
  byId("day").max = format.siteDay();
  byId("day-on").disabled = range.day >= format.siteDay();
  for (const button of document.querySelectorAll("[data-span]")) button.setAttribute("aria-pressed", String(button.dataset.span === range.span));
  remember({ span: range.span === "day" ? "" : range.span, day: range.day === format.siteDay() ? "" : range.day });
  loadCurve();
}

function choose(values) {
  Object.assign(range, values);
  if (range.day > format.siteDay()) range.day = format.siteDay();
  showRange();
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
  const change = last > 0 ? ((now.forecast_kwh - last) / last) * 100 : null;
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
      { title: t("meter.start"), cell: (cycle) => cycle.start },
      { title: t("meter.stop"), cell: (cycle) => cycle.stop },
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
  showRange();
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
    onReading: (event) => {
      if (!readings && event.uid === uid) location.reload();
      reading(event);
    },
    poll: loadReadings,
  });
  setInterval(() => { if (!document.hidden && readings) rest(); }, 120_000);
}

for (const button of document.querySelectorAll("[data-span]")) button.addEventListener("click", () => choose({ span: button.dataset.span }));
byId("day").addEventListener("change", (event) => event.target.value && choose({ day: event.target.value }));
byId("day-back").addEventListener("click", () => choose({ day: moved(range.day, -lengths[range.span]) }));
byId("day-on").addEventListener("click", () => choose({ day: moved(range.day, lengths[range.span]) }));
start();
