// What both reports share: the choice of devices and the days, and downloads with the view's own filters.
import { get, query, remembered } from "./request.js";
import { named } from "./device.js";
import { byId, el } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { done, failed } from "./toast.js";

/** Fills a select with every known device; the one in the address is chosen. */
export async function fillDevices(select, chosen) {
  const { items } = await get("/login/devices/json").catch(() => ({ items: [] }));
  const options = items.sort((a, b) => named(a).localeCompare(named(b)))
    .map((device) => el("option", { value: device.mac_address }, named(device) === device.mac_address ? device.mac_address : `${named(device)} · ${device.mac_address}`));
  select.replaceChildren(el("option", { value: "" }, t("report.all_devices")), ...options);
  select.value = chosen;
  return items;
}

const monthStart = (day, back) => {
  const [year, month] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10);
};

export const presets = {
  today: (today) => [today, today],
  week: (today) => [format.daysBefore(today, 6), today],
  month: (today) => [monthStart(today, 0), today],
  last_month: (today) => [monthStart(today, 1), format.daysBefore(monthStart(today, 0), 1)],
};

/** Buttons with data-preset set both days and call `changed`; `today` is that of the clock which the report is asked in. */
export function wirePresets(from, to, changed, today = () => format.siteDay()) {
  for (const button of document.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => {
      [from.value, to.value] = presets[button.dataset.preset](today());
      changed();
    });
  }
}

const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const percent = (rows, total) => Math.min(100, Math.floor((100 * rows) / Math.max(total, 1)));

/** Shows how far a download is until it has left the server; nothing if nobody knows its id (another server makes it). */
async function follow(id, file, total) {
  const bar = el("progress", { max: 100, "aria-hidden": "true" });
  const text = el("span", {}, t("report.making", { file, rows: format.number(0) }));
  const place = el("p.small.muted", { role: "status" }, bar, " ", text);
  byId("download-progress").append(place);
  for (let unknown = 0; unknown < 20; await rest(500)) {
    const { state, rows, bytes } = await get(`/login/report/progress${query({ id })}`).catch(() => ({ state: "unknown" }));
    if (state === "unknown") {
      unknown += 1;
      continue;
    }
    if (state === "refused" || state === "failed") {
      failed(t(state === "refused" ? "report.too_many" : "report.broke_off", { file }));
      break;
    }
    if (state === "sent") {
      done(t("report.made", { file, rows: format.number(rows) }));
      break;
    }
    if (state === "making" && total() > 0) bar.value = percent(rows, total());
    else bar.removeAttribute("value");
    text.textContent = t(`report.${state}`, { file, rows: format.number(rows), size: format.number(bytes / 1e6) });
  }
  place.remove();
}

/** The download links follow the filters, and show how far they are; `total` tells how many rows the view has. */
export function wireDownloads(base, values, total = () => 0) {
  const links = [...document.querySelectorAll("[data-download]")];
  const address = (link, more) => `${base}/${link.dataset.download}${query({ ...values(), sort: remembered("sort"), search: remembered("search"), ...more })}`;
  const update = () => {
    for (const link of links) link.href = address(link, {});
  };
  for (const link of links) {
    link.addEventListener("click", () => {
      const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
      link.href = address(link, { progress: id });
      follow(id, link.textContent.trim(), total);
      setTimeout(update);
    });
  }
  update();
  return update;
}

/** "from – to" for paper. */
export const printed = (lines) => byId("print-head").replaceChildren(...lines.filter(Boolean).map((line) => el("p", {}, line)));
