// Alerts: what is wrong now and what was.
import { alertCount } from "./shell.js";
import { post } from "./request.js";
import { idBelow, named, otherId } from "./device.js";
import { formDialog } from "./dialog.js";
import { byId, el, icon } from "./dom.js";
import * as format from "./format.js";
import { label, t } from "./i18n.js";
import { polling } from "./live.js";
import { isAdmin } from "./session.js";
import { pagedTable } from "./table.js";
import { done } from "./toast.js";

const stateOf = (alert) => alert.state ?? (alert.cleared_at ? "cleared" : alert.acknowledged_at ? "acknowledged" : "raised");
const tones = { raised: ".bad", pending: ".warn", acknowledged: ".info", cleared: ".ok" };
const symbols = { maintenance: "screwdriver-wrench", temperature: "temperature-high", humidity: "droplet", offline: "plug-circle-xmark", power: "bolt", stale: "hourglass-half", stuck: "equals", power_factor: "wave-square", disk: "hard-drive", spool: "layer-group", database: "database" };

const minutes = (value) => format.duration(value * 60);
const figures = {
  temperature: (value) => `${format.exact(value, 6)} °C`, humidity: (value) => `${format.exact(value, 6)} %`, disk: (value) => `${format.number(value, 1)} %`,
  power: (value) => format.joined(format.power(value)), power_factor: (value) => format.number(value, 2), spool: (value) => `${format.number(value)} MiB`,
  maintenance: (value) => `${format.exact(value, 2)} ${t("unit.hours")}`, offline: minutes, stale: minutes, database: minutes,
};
const figure = (kind, value) => (value === null || value === undefined ? format.nothing : (figures[kind] ?? ((plain) => format.exact(plain, 2)))(value));

/** In the reader's language; of a kind that is new to us in the server's words. */
const sentence = ({ kind, value, limit, message }) => (kind in symbols ? t(`alert.says.${kind}`, { value: figure(kind, value), limit: figure(kind, limit) }) : message || label("alert.kind", kind));

async function acknowledge(alert) {
  const saved = await formDialog({
    title: t("alerts.acknowledge"), intro: [alert.device ? el("strong", {}, called(alert)) : null, el("span.block", {}, sentence(alert))], saveLabel: t("alerts.acknowledge"),
    fields: [{ name: "note", label: t("alerts.note"), type: "textarea", hint: t("alerts.note_hint"), attributes: { maxlength: 1000 } }],
    save: (values) => post(`/login/alerts/${alert.id}/ack`, values),
  });
  if (!saved) return;
  done(t("alerts.acknowledged_now"));
  list.reload();
  alertCount();
}

const deviceOf = ({ device: uid, name, location }) => ({ uid, name, location });
const called = (alert) => [named(deviceOf(alert)), otherId(deviceOf(alert))].filter(Boolean).join(" · ");

/** As on the other pages: what it is called, and its id below. */
function device(alert) {
  return alert.device ? el("span", {}, named(deviceOf(alert)), idBelow(deviceOf(alert))) : format.nothing;
}

function what(alert) {
  return el("span.flex.items-start.gap-3.text-left", {}, icon(symbols[alert.kind] ?? "bell"),
    el("span", {}, label("alert.kind", alert.kind), el("span.sub.whitespace-normal", {}, sentence(alert))));
}

function state(alert) {
  const by = alert.acknowledged_by ? t("alerts.by", { name: alert.acknowledged_by }) : "";
  const detail = [by, alert.note].filter(Boolean).join(": ");
  return el("span", {}, el(`span.badge${tones[stateOf(alert)] ?? ""}`, {}, label("alert.state", stateOf(alert))), detail ? el("span.sub.whitespace-normal", {}, detail) : null);
}

function lasted(alert) {
  const end = alert.cleared_at ? Date.parse(alert.cleared_at) : Date.now();
  return format.duration((end - Date.parse(alert.raised_at)) / 1000);
}

const list = pagedTable({
  root: byId("list"), url: "/login/alerts/json", title: t("title.alerts"), search: byId("search"), perPage: 20,
  filters: { state: byId("state"), kind: byId("kind") },
  none: { symbol: "bell-slash", title: t("alerts.none"), text: t("alerts.none_text") },
  columns: [
    { title: t("alerts.what"), cell: what },
    { title: t("alerts.state"), cell: state },
    { title: t("alerts.device"), cell: device },
    { title: t("alerts.value"), kind: "number", cell: (alert) => figure(alert.kind, alert.value) },
    { title: t("alerts.limit"), kind: "number", cell: (alert) => figure(alert.kind, alert.limit) },
    { title: t("alerts.raised"), cell: (alert) => format.dateTime(alert.raised_at) },
    { title: t("alerts.lasted"), cell: lasted },
    { title: "", kind: "tools.wide", cell: (alert) => (isAdmin() && !alert.acknowledged_at && !alert.cleared_at
      ? el("button.button", { type: "button", onclick: () => acknowledge(alert) }, icon("check"), t("alerts.acknowledge")) : "") },
  ],
});
polling({ seconds: 5, poll: () => (document.querySelector("dialog[open]") ? null : list.refresh()) });
