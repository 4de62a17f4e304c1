// Utilities: how long each machine ran, and when it is due for maintenance.
import "./shell.js";
import { get, post } from "./request.js";
import { barChart, colour, faded } from "./charts.js";
import { confirmDialog } from "./dialog.js";
import { idBelow, named } from "./device.js";
import { byId, debounced, el, icon, setFigure, setText, showLater } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { polling } from "./live.js";
import { keepingFocus, keptRows } from "./renew.js";
import { isAdmin } from "./session.js";
import { empty, firstDevice, trouble } from "./states.js";
import { done } from "./toast.js";

const spans = ["today", "yesterday", "week", "month", "ytd", "yoy", "total"];
const root = byId("machines");
let devices = [];

const hoursText = (text) => format.joined(format.hours(format.hoursOf(text)));
const sum = (key) => devices.reduce((total, device) => total + format.hoursOf(device[key]), 0);

/** This year against the same span of the last, in percent. */
function change(device) {
  const before = format.hoursOf(device.yoy);
  if (before <= 0) return null;
  const percent = ((format.hoursOf(device.ytd) - before) / before) * 100;
  return el(`span.trend.tiny${percent > 0.5 ? ".up" : percent < -0.5 ? ".down" : ""}`, {}, `${percent >= 0 ? "▲" : "▼"} ${format.number(Math.abs(percent))}%`);
}

function maintenance(device) {
  const left = device.next_maintenance_hours;
  const limit = device.maintenance_limit_hours;
  if (left === null || left === undefined || !(limit > 0)) return el("span.faint", {}, t("utilities.no_limit"));
  const used = Math.min(1, Math.max(0, 1 - left / limit));
  const tone = used > 0.95 ? "var(--bad)" : used > 0.8 ? "var(--warn)" : "var(--accent)";
  return el("div.min-w-32", {},
    el("div.progress", { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(used * 100), "aria-label": t("utilities.until_maintenance") },
      el("span", { style: `width:${(used * 100).toFixed(1)}%;--tone:${tone}` })),
    el("span.tiny.muted.nowrap", {}, t("utilities.hours_left", { hours: format.number(left, 1), limit: format.number(limit, 0) })));
}

async function serviced(device) {
  const saved = await confirmDialog({
    title: t("utilities.serviced"), text: t("utilities.serviced_text", { device: named(device) }), label: t("utilities.serviced"),
    act: () => post(`/login/utilities/serviced?mac=${encodeURIComponent(device.mac_address)}`),
  });
  if (!saved) return;
  done(t("utilities.serviced_now"));
  load();
}

function row(device) {
  const time = (key) => el("td.number", { "data-label": t(`utilities.${key}`), title: hoursText(device[key]) }, device[key] ?? format.nothing,
    key === "ytd" && change(device) ? el("span.sub", {}, change(device)) : null);
  return el("tr", {},
    el("td", { "data-label": "" }, el("span", {}, el("span.font-medium", {}, named(device)), idBelow(device))),
    spans.map(time),
    el("td.number", { "data-label": t("utilities.cycles_today") }, format.number(device.cycles_today)),
    el("td.wide", { "data-label": t("utilities.maintenance") }, maintenance(device)),
    el("td.tools", {}, isAdmin() && device.maintenance_limit_hours
      ? el("button.button.quiet.icon", { type: "button", title: t("utilities.serviced"), "aria-label": t("utilities.serviced"), onclick: () => serviced(device) }, icon("screwdriver-wrench")) : ""));
}

const headings = [el("th", { scope: "col" }, t("utilities.machine")), ...spans.concat("cycles_today").map((key) => el("th.number", { scope: "col" }, t(`utilities.${key}`))),
  el("th", { scope: "col" }, t("utilities.maintenance")), el("th", { scope: "col" }, el("span.visually-hidden", {}, t("common.actions")))];
const body = el("tbody");
const wrap = el("div.table-wrap", { tabindex: "0", role: "region", "aria-label": t("title.utilities") },
  el("table.table.stack-phone", {}, el("thead", {}, el("tr", {}, headings)), body));
const showRows = keptRows(body, { key: (device) => device.mac_address, row });

function showTotals() {
  setFigure(byId("total-today"), format.hours(sum("today")));
  setFigure(byId("total-month"), format.hours(sum("month")));
  setFigure(byId("total-cycles"), { value: format.number(devices.reduce((total, device) => total + (device.cycles_today ?? 0), 0)), unit: "" });
  const due = devices.filter((device) => device.maintenance_limit_hours > 0 && device.next_maintenance_hours <= device.maintenance_limit_hours * 0.1);
  setFigure(byId("total-due"), { value: format.number(due.length), unit: "" });
  setText(byId("under-today"), t("utilities.yesterday_was", { hours: format.joined(format.hours(sum("yesterday"))) }));
  setText(byId("under-month"), t("utilities.week_was", { hours: format.joined(format.hours(sum("week"))) }));
  setText(byId("under-cycles"), t("utilities.machines", { count: devices.length }));
  setText(byId("under-due"), due.length > 0 ? due.map(named).join(", ") : t("utilities.none_due"));
}

function showChart() {
  const ranked = [...devices].sort((a, b) => format.hoursOf(b.week) - format.hoursOf(a.week)).slice(0, 20);
  const dataset = (key, tone) => ({ label: t(`utilities.${key}`), data: ranked.map((device) => format.hoursOf(device[key])), colour: tone });
  barChart(byId("chart"), {
    labels: ranked.map(named), format: (value) => format.joined(format.hours(value)), tick: format.hoursTick, legend: true,
    datasets: [dataset("today", colour("accent")), dataset("yesterday", faded(colour("accent"), 0.4)), dataset("week", colour("cost"))],
    describe: t("utilities.chart", { hours: format.joined(format.hours(sum("week"))) }),
  });
}

function showTable() {
  const words = byId("search").value.trim().toLowerCase();
  const list = devices.filter((device) => [named(device), device.mac_address].some((text) => text.toLowerCase().includes(words)));
  if (list.length === 0) {
    root.replaceChildren(empty({ symbol: "magnifying-glass", title: t("common.no_match"), text: t("common.no_match_text") }));
    return;
  }
  keepingFocus(wrap, () => showRows(list));
  if (!wrap.isConnected) root.replaceChildren(wrap);
}

function showNone() {
  byId("figures").hidden = true;
  root.replaceChildren(empty({ symbol: "gears", title: t("utilities.none"), action: firstDevice("utils") }));
}

async function load() {
  try {
    ({ devices } = await get("/login/utilities/json"));
    byId("figures").hidden = devices.length === 0;
    showLater();
    if (devices.length === 0) return showNone();
    showTotals();
    showChart();
    if (!document.querySelector("dialog[open]")) showTable();
  } catch (error) {
    if (devices.length === 0) {
      byId("figures").hidden = true;
      root.replaceChildren(trouble(error, load));
    }
    showLater();
    throw error;
  }
}

byId("search").addEventListener("input", debounced(showTable, 120));
polling({ poll: load, seconds: 15 });
