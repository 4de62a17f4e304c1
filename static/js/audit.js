// Audit log: who changed what, when and from where.
import "./shell.js";
import { byId, el } from "./dom.js";
import * as format from "./format.js";
import { label, t } from "./i18n.js";
import { pagedTable } from "./table.js";

function facts(values) {
  const pairs = Object.entries(values ?? {});
  if (pairs.length === 0) return null;
  return pairs;
}

/** name before → after · name … */
function difference({ before, after }) {
  const names = new Set([...(facts(before) ?? []), ...(facts(after) ?? [])].map(([name]) => name));
  if (names.size === 0) return format.nothing;
  const text = (value) => (value === undefined || value === null || value === "" ? "∅" : String(value));
  const one = (name) => [el("span.faint", {}, `${name} `), before && name in before ? `${text(before[name])} → ` : "", text(after?.[name])];
  return el("span.small", {}, [...names].flatMap((name, i) => [i > 0 ? el("span.faint", {}, " · ") : null, ...one(name)]));
}

pagedTable({
  root: byId("list"), url: "/login/audit/json", title: t("title.audit"), search: byId("search"), perPage: 20,
  none: { symbol: "list-check", title: t("audit.none") },
  columns: [
    { title: t("audit.at"), cell: (entry) => format.dateTime(entry.at, { seconds: true }) },
    { title: t("audit.account"), cell: (entry) => entry.account || format.nothing },
    { title: t("audit.action"), cell: (entry) => el("span.badge", {}, label("audit.do", entry.action)) },
    { title: t("audit.subject"), cell: (entry) => entry.subject || format.nothing },
    { title: t("audit.change"), kind: "wide.changes", cell: difference },
    { title: t("audit.address"), cell: (entry) => el("span.mono", {}, entry.address || format.nothing) },
  ],
});
