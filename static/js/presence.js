// Whether a device still reports.
import { el } from "./dom.js";
import { t } from "./i18n.js";

export function onlineBadge(online) {
  return el(`span.badge${online ? ".ok" : ""}`, {}, el(`span.dot${online ? ".ok" : ""}`, { "aria-hidden": "true" }), t(online ? "device.online" : "device.offline"));
}
