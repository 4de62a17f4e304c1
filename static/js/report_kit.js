// What both reports share: the choice of devices and the days, and downloads with the view's own filters.
import { get, query } from "./request.js";
import { byId, el } from "./dom.js";
import { siteDay } from "./format.js";
import { t } from "./i18n.js";

const named = (device) => device.name || device.location || device.mac_address;

/** Fills a select with every known device; the one in the address is chosen. */
export async function fillDevices(select, chosen) {
  const { items } = await get("/login/devices/json").catch(() => ({ items: [] }));
  const options = items.sort((a, b) => named(a).localeCompare(named(b)))
    .map((device) => el("option", { value: device.mac_address }, named(device) === device.mac_address ? device.mac_address : `${named(device)} · ${device.mac_address}`));
  select.replaceChildren(el("option", { value: "" }, t("report.all_devices")), ...options);
  select.value = chosen;
  return items;
}

const daysAgo = (days) => siteDay(new Date(Date.now() - days * 86_400_000));
const monthStart = (back) => {
  const [year, month] = siteDay().split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10);
};
const dayBefore = (text) => new Date(Date.parse(`${text}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

export const presets = {
  today: () => [siteDay(), siteDay()],
  week: () => [daysAgo(6), siteDay()],
  month: () => [monthStart(0), siteDay()],
  last_month: () => [monthStart(1), dayBefore(monthStart(0))],
};

/** Buttons with data-preset set both days and call `changed`. */
export function wirePresets(from, to, changed) {
  for (const button of document.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => {
      [from.value, to.value] = presets[button.dataset.preset]();
      changed();
    });
  }
}

/** The download links follow the filters. */
export function wireDownloads(base, values) {
  const update = () => {
    for (const link of document.querySelectorAll("[data-download]")) link.href = `${base}/${link.dataset.download}${query(values())}`;
  };
  update();
  return update;
}

/** "from – to" for paper. */
export const printed = (lines) => byId("print-head").replaceChildren(...lines.filter(Boolean).map((line) => el("p", {}, line)));
