// Energy report: kWh, cost, CO2, demand and hours by day, week or month; printable.
import "./shell.js";
import { get, isAborted, newestOnly, query, remember, remembered } from "./request.js";
import { barChart } from "./charts.js";
import { idBelow, inTotal, named } from "./device.js";
import { byId, el, setFigure, setText, showLater } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { fillDevices, presets, printed, wireDownloads, wirePresets } from "./report_kit.js";
import { largest, layers } from "./stack.js";
import { empty, trouble } from "./states.js";

const inputs = { uid: byId("uid"), group: byId("group"), by: byId("by"), from: byId("from"), to: byId("to") };
const values = () => Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]));
const list = byId("list");
const shownAtFirst = 60;

const period = (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? format.day(text, { day: "numeric", month: "short", year: "numeric" })
  : /^\d{4}-W\d{2}$/.test(text) ? `${format.week(text)} ${text.slice(0, 4)}` : /^\d{4}-\d{2}$/.test(text) ? format.month(text) : text);

const columns = [
  ["energy_report.period", (row) => period(row.period)],
  ["energy_report.meter", (row) => el("span", {}, named(row), idBelow(row), row.in_total ? null : el("span.sub", {}, t("summary.submeter")))],
  ["energy_report.group", (row) => row.group || format.nothing],
  ["energy_report.energy", (row) => format.joined(format.energy(row.energy_kwh)), "number"],
  ["energy_report.cost", (row) => format.money(row.cost), "number"],
  ["energy_report.co2", (row) => format.joined(format.co2(row.co2_kg)), "number"],
  ["energy_report.max_demand", (row) => el("span", {}, row.max_demand_kw === null || row.max_demand_kw === undefined ? format.nothing : format.joined(format.power(row.max_demand_kw * 1000)),
    row.max_demand_at ? el("span.sub", {}, format.dateTime(row.max_demand_at)) : null), "number"],
  ["energy_report.run_hours", (row) => format.joined(format.hours(row.run_hours)), "number"],
  ["energy_report.coverage", (row) => (row.coverage === null || row.coverage === undefined ? format.nothing : `${format.number(row.coverage * 100)}%`), "number"],
  ["energy_report.corrections", (row) => format.number(row.corrections ?? 0), "number"],
];

let showRest = () => {};
function showTable(rows) {
  const head = el("tr", {}, columns.map(([key, , kind]) => el(kind ? `th.${kind}` : "th", { scope: "col" }, t(key))));
  const line = (row) => el("tr", {}, columns.map(([key, cell, kind]) => el(kind ? `td.${kind}` : "td", { "data-label": t(key) }, cell(row))));
  const body = el("tbody", {}, rows.slice(0, shownAtFirst).map(line));
  const more = el("div.pager", {}, t("table.range", { first: 1, last: shownAtFirst, total: format.number(rows.length) }),
    el("div.push", {}, el("button.button", { type: "button", onclick: () => showRest() }, t("energy_report.show_all"))));
  showRest = () => {
    if (!more.isConnected) return;
    body.append(...rows.slice(shownAtFirst).map(line));
    more.remove();
  };
  list.replaceChildren(el("div.table-wrap", { tabindex: "0", role: "region", "aria-label": t("title.energy_report") },
    el("table.table.stack-phone", {}, el("thead", {}, head), body)), ...(rows.length > shownAtFirst ? [more] : []));
}

function showTotals(rows, totals) {
  const peak = inTotal(rows).reduce((best, row) => ((row.max_demand_kw ?? -1) > (best?.max_demand_kw ?? -1) ? row : best), null);
  setFigure(byId("energy"), format.energy(totals.energy_kwh));
  setFigure(byId("cost"), { value: format.moneyShort(totals.cost), unit: "" });
  setFigure(byId("co2"), format.co2(totals.co2_kg));
  setFigure(byId("demand"), format.power((peak?.max_demand_kw ?? 0) * 1000));
  setText(byId("under-demand"), peak?.max_demand_at ? `${named(peak)} · ${format.dateTime(peak.max_demand_at)}` : "");
}

function showChart(rows) {
  const periods = [...new Set(rows.map((row) => row.period))].sort();
  const total = new Map();
  const sums = new Map();
  for (const row of rows) {
    total.set(row.uid, (total.get(row.uid) ?? 0) + row.energy_kwh);
    sums.set(row.period, (sums.get(row.period) ?? 0) + row.energy_kwh);
  }
  const shown = largest(total.keys(), (uid) => total.get(uid));
  const name = new Map(rows.map((row) => [row.uid, named(row)]));
  const kwh = new Map(rows.map((row) => [`${row.uid} ${row.period}`, row.energy_kwh]));
  const datasets = layers(shown, {
    count: total.size, totals: periods.map((text) => sums.get(text)), label: (uid) => name.get(uid), data: (uid) => periods.map((text) => kwh.get(`${uid} ${text}`) ?? 0),
  });
  barChart(byId("chart"), {
    labels: periods.map((text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? format.day(text) : period(text))), stacked: true, legend: total.size > 1, datasets, format: (value) => format.joined(format.energy(value)), tick: format.energyTick,
    describe: t("energy_report.chart", { energy: byId("energy").textContent }),
  });
}

const newest = newestOnly();

async function load() {
  list.setAttribute("aria-busy", "true");
  list.classList.add("busy");
  try {
    const answer = await get(`/login/report/energy/json${query(values())}`, { signal: newest() });
    const rows = answer.items;
    const { from, to } = values();
    byId("figures").hidden = rows.length === 0;
    printed([t("report.print_range", { from, to })]);
    if (rows.length === 0) list.replaceChildren(empty({ symbol: "chart-column", title: t("energy_report.none"), text: t("energy_report.none_text") }));
    else {
      showTotals(rows, answer.totals);
      showChart(inTotal(rows));
      showTable(rows);
    }
  } catch (error) {
    if (isAborted(error)) return;
    byId("figures").hidden = true;
    list.replaceChildren(trouble(error, load));
  }
  showLater();
  list.removeAttribute("aria-busy");
  list.classList.remove("busy");
}

function changed() {
  remember(values());
  updateLinks();
  load();
}

const [monthStart, today] = presets.month(format.siteDay());
const otherwise = { by: "day", from: monthStart, to: today };
for (const [name, input] of Object.entries(inputs)) if (name !== "uid" && name !== "group") input.value = remembered(name, otherwise[name] ?? "");
const updateLinks = wireDownloads("/login/report/energy", values);
const devices = await fillDevices(inputs.uid, remembered("uid"));
const groups = [...new Set(devices.map((device) => device.group).filter(Boolean))].sort();
inputs.group.replaceChildren(el("option", { value: "" }, t("energy_report.all_groups")), ...groups.map((group) => el("option", { value: group }, group)));
inputs.group.value = remembered("group");
inputs.group.disabled = groups.length === 0;
updateLinks();
wirePresets(inputs.from, inputs.to, changed);
for (const input of Object.values(inputs)) input.addEventListener("change", changed);
byId("print").addEventListener("click", () => print());
addEventListener("beforeprint", () => showRest());
load();
