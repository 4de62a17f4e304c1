// Run report: every run of the machines, filtered, summed up, downloaded.
import "./shell.js";
import { remember, remembered } from "./request.js";
import { byId, el, setText } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { fillDevices, printed, wireDownloads, wirePresets } from "./report_kit.js";
import { busy, firstDevice } from "./states.js";
import { pagedTable } from "./table.js";
import { failed } from "./toast.js";

const inputs = { mac: byId("mac"), from: byId("from"), to: byId("to"), tz: byId("tz") };
const mostPrinted = 2000;  // rows on paper; what is shown says how many there are
let rows = 0;  // of the whole selection
let names = new Map();  // address -> name of the device
const values = () => Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]));
const named = (run) => names.get(run.mac_address) || run.location || run.mac_address;
const clock = (seconds) => {
  const whole = Math.max(0, Math.round(seconds));
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0")).join(":");
};

function totals(page) {
  rows = page.total;
  setText(byId("runs"), format.number(page.totals.runs));
  setText(byId("cycles"), format.number(page.totals.cycles));
  setText(byId("hours"), page.totals.run_time);
  setText(byId("zone"), page.timezone);
  const { mac, from, to } = values();
  printed([t("report.print_range", { from: from || "…", to: to || "…" }), mac ? t("report.print_device", { device: mac }) : "", t("report.print_total", { total: format.number(page.total) })]);
}

function changed() {
  remember(values());
  updateLinks();
  list.restart();
}

for (const name of Object.keys(inputs)) inputs[name].value = remembered(name);
if (!inputs.tz.value) {
  inputs.tz.value = "site";
  remember({ tz: "" });
}
const updateLinks = wireDownloads("/login/report", values, () => rows);
names = new Map((await fillDevices(inputs.mac, remembered("mac"))).map((device) => [device.mac_address, device.name]));
wirePresets(inputs.from, inputs.to, changed, () => (inputs.tz.value === "utc" ? new Date().toISOString().slice(0, 10) : format.siteDay()));

const list = pagedTable({
  root: byId("list"), url: "/login/report/json", title: t("title.report"), filters: inputs, isNarrowed: ({ mac, from, to }) => Boolean(mac || from || to), perPage: 20, onPage: totals,
  none: { symbol: "clock-rotate-left", title: t("report.none"), action: firstDevice("utils") },
  columns: [
    { title: t("report.location"), sort: "location", cell: (run) => el("span", {}, named(run), named(run) === run.mac_address ? null : el("span.sub.mono", {}, run.mac_address)) },
    { title: t("report.start"), sort: "start", cell: (run) => format.wallClock(run.start) },
    { title: t("report.stop"), sort: "stop", cell: (run) => format.wallClock(run.stop) },
    { title: t("report.cycle_count"), kind: "number", sort: "cycle_count", cell: (run) => format.number(run.cycle_count) },
    { title: t("report.total_run"), kind: "number", sort: "total_run", cell: (run) => clock(run.total_run) },
  ],
});
for (const input of Object.values(inputs)) input.addEventListener("change", updateLinks);
byId("print").addEventListener("click", (event) => busy(event.currentTarget, async () => {
  try {
    await list.showMany(mostPrinted);
    addEventListener("afterprint", list.reload, { once: true });
    print();
  } catch (error) {
    failed(error);
  }
}));
