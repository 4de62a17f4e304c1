// Summary: totals, load of today, last seven days, every meter.
import "./shell.js";
import { get, isAborted, newestOnly, query, remember, remembered } from "./request.js";
import { barChart, lineChart } from "./charts.js";
import { inTotal, named } from "./device.js";
import { byId, debounced, el, setFigure, setText, showLater } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { live } from "./live.js";
import { meterCard, meterRow, rowHeadings } from "./meter_card.js";
import { arrange } from "./renew.js";
import { aligned, series } from "./series.js";
import { bars, sparkline } from "./spark.js";
import { largest, layers } from "./stack.js";
import { empty, firstDevice, trouble } from "./states.js";

const dayMs = 86_400_000;
const thisMonth = () => format.siteDay().slice(0, 7);
const state = {
  month: /^\d{4}-(0[1-9]|1[0-2])$/.exec(remembered("month"))?.[0] ?? "",  // empty: whichever it is now, also on a page that stays open over the end of one
  filter: remembered("filter"),
  sort: remembered("sort", "power_w"),
  layout: remembered("layout", "cards"),
  summary: null,
  shown: new Map(),  // uid -> card or row
  totals: [],        // power of the whole site, lately
};
const meters = byId("meters");
const shownMonth = () => state.month || thisMonth();
/** "past", "now" or "to_come". */
const tense = () => (shownMonth() === thisMonth() ? "now" : shownMonth() < thisMonth() ? "past" : "to_come");

/* ---- totals */

/** What meters that have fallen silent drew last is not drawn now. */
const freshness = 60_000; // ms
const heard = new Map(); // uid to the observed time of its last event
const powerNow = () => inTotal(state.summary.devices).reduce((sum, device) => sum + (device.online ? device.power_w ?? 0 : 0), 0);

function figure(name, value) {
  setFigure(document.querySelector(`[data-total="${name}"]`), value);
}
function under(name, ...content) {
  document.querySelector(`[data-under="${name}"]`).replaceChildren(...content);
}
function spark(name, chart) {
  document.querySelector(`[data-spark="${name}"]`).replaceChildren(chart);
}

/** The whole site on each of the seven days. */
function dailyTotals(devices) {
  const days = devices[0]?.daily_energy.days ?? [];
  return days.map((day, i) => ({ day, kwh: inTotal(devices).reduce((sum, device) => sum + (device.daily_energy.kwh[i] ?? 0), 0) }));
}

/** Yesterday against the mean of the days before it; today is not over yet. */
function trend(daily) {
  if (daily.length < 4) return null;
  const before = daily.slice(0, -2).map(({ kwh }) => kwh).filter((kwh) => kwh > 0);
  const mean = before.reduce((sum, kwh) => sum + kwh, 0) / before.length;
  if (!(mean > 0)) return null;
  const change = (daily.at(-2).kwh - mean) / mean;
  const way = change > 0.005 ? "up" : change < -0.005 ? "down" : "";
  const arrow = { up: "▲", down: "▼" }[way] ?? "●";
  return el("span", {}, el(`span.trend${way ? `.${way}` : ""}`, {}, `${arrow} ${format.number(Math.abs(change) * 100, 0)}%`), ` ${t("summary.trend")}`);
}

/** What flows at this moment; a month to come has nothing of it. */
function showPower() {
  const { devices, month } = state.summary;
  const toCome = tense() === "to_come";
  figure("power_w", format.power(toCome ? 0 : powerNow()));
  const online = devices.filter((device) => device.online).length;
  setText(document.querySelector('[data-under="power_w"]'), toCome ? format.month(month) : t("summary.online_of", { online, total: devices.length }));
}

function showTotals({ totals, devices, rate, currency, month }) {
  const daily = dailyTotals(devices);
  showPower();
  figure("energy_kwh", format.energy(totals.energy_kwh));
  figure("cost", { value: format.moneyShort(totals.cost, currency), unit: "" });
  figure("forecast_cost", { value: format.moneyShort(totals.forecast_cost, currency), unit: "" });
  figure("co2_kg", format.co2(totals.co2_kg));
  under("energy_kwh", (tense() === "now" && trend(daily)) || format.month(month));
  under("cost", t("summary.rate", { rate: `${currency} ${format.number(rate, 2)}` }));
  under("forecast_cost", t("summary.forecast_energy", { energy: format.joined(format.energy(totals.forecast_kwh)) }));
  under("co2_kg", totals.energy_kwh > 0 ? t("summary.co2_rate", { rate: format.number(totals.co2_kg / totals.energy_kwh, 3) }) : "");
  const kwh = daily.map((entry) => entry.kwh);
  spark("energy_kwh", bars(kwh));
  spark("cost", bars(kwh));
  spark("co2_kg", bars(kwh));
  spark("forecast_cost", sparkline(kwh.map((_, i) => kwh.slice(0, i + 1).reduce((sum, value) => sum + value, 0))));
  setText(byId("subtitle"), month === thisMonth() ? t("summary.subtitle_now", { month: format.month(month) }) : format.month(month));
}

function notePower(watts) {
  state.totals.push(watts);
  if (state.totals.length > 240) state.totals.shift();
  spark("power_w", sparkline(state.totals));
}

/* ---- charts */

function showWeek(devices, currency) {
  const layered = inTotal(devices);
  const daily = dailyTotals(devices);
  const kwh = daily.map((entry) => entry.kwh);
  const datasets = layers(largest(layered, total), { count: layered.length, totals: kwh, label: named, data: (device) => device.daily_energy.kwh });
  const week = kwh.reduce((sum, value) => sum + value, 0);
  setText(byId("week-note"), format.joined(format.energy(week)));
  barChart(byId("week"), {
    labels: daily.map(({ day }) => format.weekday(day)), datasets, stacked: true, format: (value) => format.joined(format.energy(value)), tick: format.energyTick,
    title: (items) => format.day(daily[items[0].dataIndex].day, { weekday: "long", day: "numeric", month: "long" }),
    describe: t("summary.week_chart", { energy: format.joined(format.energy(week)), currency }),
  });
}
const total = (device) => device.daily_energy.kwh.reduce((sum, kwh) => sum + kwh, 0);

async function showLoad(devices) {
  const box = byId("load");
  const layered = inTotal(devices);
  const shown = largest(layered, total);
  try {
    const since = Date.now() - dayMs;
    const range = { from: format.siteDay(new Date(since)), to: format.siteDay(), step: "15m" };
    const all = await Promise.all([get("/login/summary/load"), ...shown.map((device) => series(device.uid, range))]);
    const { times, values: [totals, ...own] } = aligned(all, since);
    if (times.length === 0) {
      box.replaceChildren(empty({ symbol: "chart-area", title: t("summary.no_load"), text: t("summary.no_load_text") }));
      return;
    }
    const peak = format.joined(format.power(Math.max(...totals)));
    setText(byId("load-note"), t("summary.peak", { power: peak }));
    if (state.totals.length < 2) {
      state.totals = totals.slice(-60);
      spark("power_w", sparkline(state.totals));
    }
    // Where all were silent the curve has a gap; where one was, the others stand on 0.
    const curve = new Map(shown.map((device, i) => [device, own[i].map((watts, at) => (totals[at] === null ? null : watts ?? 0))]));
    lineChart(box, {
      labels: times.map((time) => format.clock(new Date(time))), stacked: true, format: (value) => format.joined(format.power(value)), tick: format.powerTick,
      datasets: layers(shown, { count: layered.length, totals, label: named, data: (device) => curve.get(device) }).map((layer) => ({ ...layer, borderWidth: 1.25 })),
      legend: layered.length > 1 && innerWidth > 700,
      describe: t("summary.load_chart", { power: peak }),
    });
  } catch (error) {
    box.replaceChildren(trouble(error, () => showLoad(devices)));
  }
}

/* ---- meters */

function chosen() {
  const words = state.filter.trim().toLowerCase();
  const list = state.summary.devices.filter((device) =>
    [device.uid, device.location, device.name, device.mcu_type].some((text) => String(text ?? "").toLowerCase().includes(words)));
  const by = state.sort;
  if (by === "location") return list.sort((a, b) => named(a).localeCompare(named(b)));
  if (by === "online") return list.sort((a, b) => a.online - b.online || named(a).localeCompare(named(b)));
  const figure = (device) => (by === "power_w" && !device.online ? -1 : device[by] ?? 0);  // what it drew last is not drawn now
  return list.sort((a, b) => figure(b) - figure(a) || named(a).localeCompare(named(b)));
}

function showMeters() {
  const { devices, currency } = state.summary;
  const list = chosen();
  meters.setAttribute("aria-busy", "false");
  setText(byId("meter-count"), list.length === devices.length ? format.number(devices.length) : `${list.length} / ${devices.length}`);
  state.shown.clear();
  if (devices.length === 0) return showNone("plug", t("summary.none"), null, firstDevice("power"));
  if (list.length === 0) return showNone("magnifying-glass", t("common.no_match"), t("common.no_match_text"));
  const rows = state.layout === "rows";
  const made = list.map((device) => {
    const part = rows ? meterRow(device, currency) : meterCard(device, currency);
    part.show(device);
    state.shown.set(device.uid, part);
    return part.node;
  });
  meters.className = rows ? "card" : "meters";
  meters.replaceChildren(...(rows ? [table(made)] : made));
}

function table(rows) {
  const [first, second, ...figures] = rowHeadings();
  return el("div.table-wrap", { tabindex: "0" }, el("table.table.stack-phone", {},
    el("thead", {}, el("tr", {}, el("th", {}, first), el("th", {}, second), figures.map((text) => el("th.number", {}, text)))), el("tbody", {}, rows)));
}

function showNone(symbol, title, text, action) {
  meters.className = "card";
  meters.replaceChildren(empty({ symbol, title, text, action }));
}

/** New figures for what is shown, in their order, but not under somebody's hand; drawn anew only when meters came or went. */
function refreshMeters() {
  const list = chosen();
  if (list.length === 0 || list.length !== state.shown.size || list.some((device) => !state.shown.has(device.uid))) return showMeters();
  for (const device of list) state.shown.get(device.uid).show(device);
  if (meters.matches(":hover, :focus-within")) return;
  arrange(meters.querySelector("tbody") ?? meters, list.map((device) => state.shown.get(device.uid).node));
}

/* ---- loading and living */

/** What is of this week alone stands beside this month alone. */
function showTense() {
  document.body.dataset.tense = tense();
  byId("charts").hidden = tense() !== "now" || state.summary?.devices.length === 0;
}

const newest = newestOnly();

async function load() {
  const [year, month] = shownMonth().split("-");
  const summary = await get(`/login/summary/all_summary${query({ month: Number(month), year })}`, { signal: newest() });
  state.summary = summary;
  byId("month").value = shownMonth();
  showTotals(summary);
  showTense();
  if (summary.devices.length > 0) showWeek(summary.devices, summary.currency);
  return summary;
}

async function start() {
  try {
    const summary = await load();
    showMeters();
    showLater();
    notePower(powerNow());
    if (summary.devices.length > 0) await showLoad(summary.devices);
  } catch (error) {
    if (isAborted(error)) return start();  // another month was chosen meanwhile
    for (const place of document.querySelectorAll("[data-total] .skeleton")) place.replaceWith(format.nothing);
    byId("charts").hidden = true;
    meters.className = "card";
    meters.replaceChildren(trouble(error, start));
    meters.setAttribute("aria-busy", "false");
    showLater();
  }
}

async function refresh() {
  await load();
  refreshMeters();
  meters.setAttribute("aria-busy", "false");
}

/** New figures of the same month; not while another one is under way. */
const poll = () => (meters.getAttribute("aria-busy") === "true" ? Promise.resolve() : refresh());

function reading(event) {
  const device = state.summary?.devices.find(({ uid }) => uid === event.uid);
  if (!device) return unknown();
  if (tense() === "to_come") return;
  // The stream opens with each meter's last reading, which may be hours old: that makes nobody online. What comes
  // later does, whatever the meter's own clock says.
  const before = heard.get(event.uid);
  heard.set(event.uid, event.observed_at);
  const fresh = before === undefined ? Date.now() - Date.parse(event.observed_at) < freshness : before !== event.observed_at;
  device.power_w = event.power_w ?? 0;  // as the summary says of a reading without power
  if (fresh) Object.assign(device, { last_seen: new Date().toISOString(), online: true });
  state.shown.get(event.uid)?.live(device);
  redrawTotal();
}
const unknown = debounced(() => poll().catch(() => {}), 800);
let due = false;
function redrawTotal() {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    showPower();
    notePower(powerNow());
  }, 500);
}

function choose(month) {
  if (!/^\d{4}-\d{2}$/.test(month)) return;
  state.month = month === thisMonth() ? "" : month;
  byId("month").value = month;
  remember({ month: state.month });
  meters.setAttribute("aria-busy", "true");
  refresh().catch((error) => {
    if (isAborted(error)) return;
    state.shown.clear();
    for (const place of document.querySelectorAll("[data-total]")) setFigure(place, { value: format.nothing, unit: "" });
    for (const place of document.querySelectorAll("[data-under]")) place.replaceChildren();
    setText(byId("subtitle"), format.month(month));
    showTense();
    meters.className = "card";
    meters.replaceChildren(trouble(error, () => choose(month)));
    meters.setAttribute("aria-busy", "false");
  });
}

function step(months) {
  const [year, month] = shownMonth().split("-").map(Number);
  const moved = new Date(Date.UTC(year, month - 1 + months, 1));
  choose(moved.toISOString().slice(0, 7));
}

function controls() {
  byId("month").value = shownMonth();
  byId("filter").value = state.filter;
  byId("sort").value = state.sort;
  byId("month").addEventListener("change", (event) => choose(event.target.value));
  byId("month-back").addEventListener("click", () => step(-1));
  byId("month-on").addEventListener("click", () => step(1));
  byId("filter").addEventListener("input", debounced((event) => change({ filter: event.target.value }), 120));
  byId("sort").addEventListener("change", (event) => change({ sort: event.target.value }));
  for (const button of document.querySelectorAll("[data-layout]")) {
    button.setAttribute("aria-pressed", String(button.dataset.layout === state.layout));
    button.addEventListener("click", () => {
      for (const other of document.querySelectorAll("[data-layout]")) other.setAttribute("aria-pressed", String(other === button));
      change({ layout: button.dataset.layout });
    });
  }
}

function change(values) {
  Object.assign(state, values);
  remember({ filter: state.filter, sort: state.sort === "power_w" ? "" : state.sort, layout: state.layout === "cards" ? "" : state.layout });
  if (state.summary) showMeters();
}

controls();
await start();
live({ onReading: reading, poll });
setInterval(() => poll().catch(() => {}), 30_000);
addEventListener("online", () => poll().catch(() => {}));
setInterval(() => state.summary?.devices.length && showLoad(state.summary.devices), 300_000);
