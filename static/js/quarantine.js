// Quarantine: messages that could not be understood, and why.
import "./shell.js";
import { showDialog } from "./dialog.js";
import { byId, el, icon } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { codeBlock } from "./states.js";
import { pagedTable } from "./table.js";

function open(message) {
  const facts = [["quarantine.reason", message.reason_translated], ["quarantine.topic", message.topic], ["quarantine.received", format.dateTime(message.received_at, { seconds: true })]];
  showDialog(t("quarantine.message"), el("div.stack", {},
    el("dl.facts", {}, facts.map(([key, value]) => el("div", {}, el("dt", {}, t(key)), el("dd", {}, value)))), codeBlock(message.payload)), { broad: true });
}

const list = pagedTable({
  root: byId("list"), url: "/login/quarantine/json", title: t("title.quarantine"), search: byId("search"), perPage: 20,
  none: { symbol: "shield-halved", title: t("quarantine.none"), text: t("quarantine.none_text") },
  columns: [
    { title: t("quarantine.received"), cell: (message) => format.ago(message.received_at) },
    { title: t("quarantine.topic"), cell: (message) => el("span.mono", {}, message.topic) },
    { title: t("quarantine.reason"), cell: (message) => message.reason_translated },
    { title: t("quarantine.payload"), kind: "clip.mono", cell: (message) => message.payload.slice(0, 200) },
    { title: "", kind: "tools", cell: (message) => el("button.button.quiet.icon", { type: "button", title: t("quarantine.open"), "aria-label": t("quarantine.open"), onclick: () => open(message) }, icon("expand")) },
  ],
});
byId("reload").addEventListener("click", list.reload);
