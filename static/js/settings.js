// Settings: limits, mail addresses, how alerts are told; what mails are on their way.
import "./shell.js";
import { get, post, put } from "./request.js";
import { clearProblems, field, showProblems } from "./dialog.js";
import { byId, el, icon, showLater } from "./dom.js";
import * as format from "./format.js";
import { label, t } from "./i18n.js";
import { busy, trouble } from "./states.js";
import { pagedTable } from "./table.js";
import { done, failed } from "./toast.js";
import { watchForm } from "./unsaved.js";

const parts = [
  { title: "settings.maintenance", symbol: "screwdriver-wrench", text: "settings.maintenance_text", fields: [
    { name: "utils_min_duration", unit: "unit.hours", number: true }, { name: "utils_mailreceiver", hint: "settings.receivers_hint" }] },
  { title: "settings.climate", symbol: "temperature-half", text: "settings.climate_text", fields: [
    { name: "max_temperature", unit: "°C", number: true }, { name: "max_humidity", unit: "%", number: true },
    { name: "temphumid_mailreceiver", hint: "settings.receivers_hint" }] },
  { title: "settings.monthly", symbol: "calendar-days", text: "settings.monthly_text", fields: [
    { name: "monthly_mailreceiver", hint: "settings.receivers_hint" }] },
  { title: "settings.mail", symbol: "envelope", text: "settings.mail_text", fields: [
    { name: "mail_sender" }, { name: "cc_mailreceiver", hint: "settings.receivers_hint" }] },
];
const alertPart = { title: "settings.alerts", symbol: "bell", text: "settings.alerts_text", fields: [
  { name: "alert_mailreceiver", hint: "settings.alert_receivers_hint" },
  { name: "language", hint: "settings.language_hint", options: [["en", "English"], ["id", "Bahasa Indonesia"]] },
  { name: "quiet_from", type: "time", hint: "settings.quiet_hint" }, { name: "quiet_to", type: "time" },
  { name: "webhook_url", type: "url", hint: "settings.webhook_hint" },
  { name: "webhook_secret", type: "password", hint: "settings.webhook_secret_hint" }] };
const form = byId("form");
let loaded = {};
let saved = null;  // what the form held when it was loaded or saved last
const typed = () => JSON.stringify([...new FormData(form)]);
const numbers = parts.flatMap((part) => part.fields).filter((entry) => entry.number).map((entry) => entry.name);

function card({ title, symbol, text, fields }, values) {
  return el("section.card.pad", {}, el("div.stack", {},
    el("div", {}, el("h2", {}, icon(symbol), " ", t(title)), el("p.small.muted", {}, t(text))),
    el("div.form-row", {}, fields.map(({ name, unit, hint, number, type, options }) => field({
      name, type, options, label: t(`settings.${name}`), value: number ? format.typed(values[name]) : values[name] ?? "", unit: unit ? (unit.includes(".") ? t(unit) : unit) : "", hint: hint ? t(hint) : "",
      attributes: number ? { inputmode: "decimal" } : { spellcheck: "false", autocapitalize: "none" } })))));
}

/** What was set is never shown, only that it is. */
function showSecret({ webhook_signed: signed }) {
  const input = form.elements.webhook_secret;
  input.value = "";
  input.autocomplete = "new-password";
  input.placeholder = signed ? t("settings.webhook_secret_set") : "";
}

/** What the form holds for the limits and addresses, and for the alerts. */
function entered() {
  const values = Object.fromEntries(new FormData(form));
  for (const name of numbers) {
    values[name] = format.entered(values[name]);
    if (values[name] === "" && loaded[name] === null) delete values[name];
  }
  const alerts = Object.fromEntries(alertPart.fields.map(({ name }) => [name, values[name]]));
  for (const name of Object.keys(alerts)) delete values[name];
  if (alerts.webhook_secret === "") delete alerts.webhook_secret;
  return { values, alerts };
}

async function load() {
  try {
    const [values, alerts] = await Promise.all([get("/login/settings/json"), get("/login/settings/alerts/json")]);
    loaded = values;
    byId("parts").replaceChildren(...parts.map((part) => card(part, values)), card(alertPart, alerts));
    showSecret(alerts);
    saved = typed();
    byId("save").disabled = false;
  } catch (error) {
    byId("parts").replaceChildren(el("div.card", {}, trouble(error, load)));
  }
  showLater();
}

watchForm(() => saved !== null && typed() !== saved);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(byId("save"), async () => {
    const { values, alerts } = entered();
    try {
      await put("/login/settings/json", values);
      showSecret(await put("/login/settings/alerts/json", alerts));
      clearProblems(form);
      saved = typed();
      done(t("settings.saved"));
    } catch (error) {
      const left = showProblems(form, error);
      if (left) failed({ message: left, status: error.status });
    }
  });
});

byId("test").addEventListener("submit", (event) => {
  event.preventDefault();
  const place = byId("test-answer");
  busy(byId("test-send"), async () => {
    place.hidden = false;
    try {
      const { accepted, answer, receiver } = await post("/login/settings/test_mail", { receiver: byId("test-receiver").value.trim() });
      place.className = `notice ${accepted ? "ok" : "bad"}`;
      place.replaceChildren(icon(accepted ? "circle-check" : "circle-exclamation"), el("div", {},
        el("p", {}, t(accepted ? "settings.test_accepted" : "settings.test_refused", { receiver })), answer ? el("p.mono.tiny", {}, answer) : null));
    } catch (error) {
      place.className = "notice bad";
      place.replaceChildren(icon("circle-exclamation"), el("div", {}, error.fields.receiver ?? error.message));
    }
  });
});

const tones = { sent: ".ok", failed: ".bad", waiting: ".warn" };

async function resend(mail, button) {
  await busy(button, async () => {
    try {
      await post(`/login/outbox/${mail.id}/resend`);
      done(t("settings.resent"));
      outbox.reload();
    } catch (error) {
      failed(error);
    }
  });
}

const outbox = pagedTable({
  root: byId("outbox"), url: "/login/outbox/json", title: t("settings.outbox"), prefix: "mail_", filters: { state: byId("mail-state") },
  none: { symbol: "envelope", title: t("settings.outbox_none"), text: t("settings.outbox_none_text") },
  columns: [
    { title: t("settings.mail_subject"), kind: "clip", cell: (mail) => mail.subject },
    { title: t("settings.mail_receivers"), kind: "clip", cell: (mail) => [mail.receivers].flat().join(", ") },
    { title: t("settings.mail_state"), cell: (mail) => el("span", {}, el(`span.badge${tones[mail.state] ?? ""}`, {}, label("mail.state", mail.state)), mail.error ? el("span.sub", {}, mail.error) : null) },
    { title: t("settings.mail_created"), cell: (mail) => format.ago(mail.created_at) },
    { title: "", kind: "tools", cell: (mail) => (mail.state === "failed"
      ? el("button.button", { type: "button", onclick: (event) => resend(mail, event.currentTarget) }, icon("rotate-right"), t("settings.resend")) : "") },
  ],
});
load();
