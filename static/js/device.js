// A device as people know it: what it is called, its id where that says more, whether it reports.
import { el } from "./dom.js";
import { t } from "./i18n.js";

const idOf = (device) => device.uid ?? device.mac_address;
export const named = (device) => device.name || device.location || idOf(device);
/** The id to stand beside the name; empty where the id is the name. */
export const otherId = (device) => (named(device) === idOf(device) ? "" : idOf(device));
/** What is added up; a sub-meter measures again what the meter before it measures. */
export const inTotal = (items) => items.filter((item) => item.in_total);
export const idBelow = (device) => (otherId(device) ? el("span.sub.mono", {}, otherId(device)) : null);

export function onlineBadge(online) {
  return el(`span.badge${online ? ".ok" : ""}`, {}, el(`span.dot${online ? ".ok" : ""}`, { "aria-hidden": "true" }), t(online ? "device.online" : "device.offline"));
}
