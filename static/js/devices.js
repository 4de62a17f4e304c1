// Devices: search, register, edit, delete, import and export.
import { isAdmin } from "./session.js";
import "./shell.js";
import { post, put, remove, request } from "./request.js";
import { named, otherId } from "./device.js";
import { confirmDialog, formDialog, showDialog } from "./dialog.js";
import { byId, el, icon } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { polling } from "./live.js";
import { busy, firstDevice } from "./states.js";
import { editRoomLimits } from "./room_limits.js";
import { pagedTable } from "./table.js";
import { done, failed } from "./toast.js";

const form = (device = {}) => [
  { name: "mac_address", label: t("devices.mac"), value: device.mac_address, required: true, hint: t("devices.mac_hint"), attributes: { maxlength: 64, spellcheck: "false" } },
  { name: "name", label: t("devices.name"), value: device.name, attributes: { maxlength: 255 } },
  { name: "location", label: t("devices.location"), value: device.location, attributes: { maxlength: 255 } },
  { name: "mcu_type", label: t("devices.mcu_type"), value: device.mcu_type, attributes: { maxlength: 255 } },
  { name: "group", label: t("devices.group"), value: device.group, hint: t("devices.group_hint"), attributes: { maxlength: 255 } },
  { name: "rated_power_w", label: t("devices.rated_power"), value: format.typed(device.rated_power_w), unit: "W", hint: t("devices.rated_power_hint"), attributes: { inputmode: "decimal" } },
  { name: "submeter", label: t("devices.submeter"), value: String(device.submeter ?? false), options: [["false", t("common.no")], ["true", t("common.yes")]], hint: t("devices.submeter_hint") },
];

const entered = (values) => ({ ...values, rated_power_w: format.entered(values.rated_power_w) });

async function edit(device) {
  const saved = await formDialog({
    title: t("devices.edit"), fields: form(device), save: (values) => put(`/login/devices/${device.id}`, entered(values)),
  });
  if (saved) changed(t("devices.saved"));
}

async function register(device) {
  const saved = await formDialog({
    title: t(device.mac_address ? "devices.register" : "devices.add"), fields: form(device), saveLabel: t("devices.register"),
    save: (values) => post("/login/devices", entered(values)),
  });
  if (saved) changed(t("devices.registered_now"));
}

/** One click: the address is known, the rest can be filled in later. */
function registerNow(device, button) {
  busy(button, async () => {
    try {
      await post("/login/devices", { mac_address: device.mac_address, mcu_type: device.mcu_type ?? "", location: device.location ?? "" });
      changed(t("devices.registered_now"));
    } catch (error) {
      failed(error);
    }
  });
}

async function drop(device) {
  const gone = await confirmDialog({
    title: t("devices.delete"), text: t("devices.delete_text", { device: [named(device), otherId(device)].filter(Boolean).join(" · ") }),
    act: () => remove(`/login/devices/${device.id}`),
  });
  if (gone) changed(t("devices.deleted"));
}

function changed(message) {
  done(message);
  list.reload();
}

const tool = (symbol, title, action) => el("button.button.quiet.icon", { type: "button", title, "aria-label": title, onclick: action }, icon(symbol));

function tools(device) {
  if (!isAdmin()) return "";
  if (!device.registered) {
    return el("button.button", { type: "button", onclick: (event) => registerNow(device, event.currentTarget) }, icon("plus"), t("devices.register"));
  }
  return el("span", {}, tool("pen", t("devices.edit"), () => edit(device)),
    tool("temperature-half", t("climate.limits"), () => editRoomLimits(device.mac_address, named(device))), tool("trash", t("devices.delete"), () => drop(device)));
}

function state(device) {
  if (!device.registered) return el("span.badge.warn", {}, t("devices.unregistered"));
  return el(`span.badge${device.online ? ".ok" : ""}`, {}, t(device.online ? "device.online" : "device.offline"));
}

const columns = [
  { title: t("devices.device"), kind: "long", cell: (device) => el("span", {}, device.name || device.mac_address, device.name ? el("span.sub.mono", {}, device.mac_address) : null, device.submeter ? el("span.sub", {}, t("devices.submeter")) : null) },
  { title: t("devices.state"), cell: state },
  { title: t("devices.location"), kind: "long", cell: (device) => device.location },
  { title: t("devices.group"), kind: "long", cell: (device) => device.group || format.nothing },
  { title: t("devices.mcu_type"), kind: "long", cell: (device) => device.mcu_type || format.nothing },
  { title: t("devices.rated_power"), kind: "number", cell: (device) => (device.rated_power_w ? format.joined(format.power(device.rated_power_w)) : format.nothing) },
  { title: t("devices.last_seen"), cell: (device) => format.ago(device.last_seen) },
  { title: "", kind: "tools", cell: tools },
];

const list = pagedTable({
  root: byId("list"), url: "/login/devices/json", columns, title: t("title.devices"), search: byId("search"), key: (device) => device.mac_address,
  none: { symbol: "microchip", title: t("devices.none"), action: firstDevice("power") },
});

/** Every line that can't be accepted, with its reason. */
function notImported(error) {
  const lines = Object.entries(error.fields ?? {}).map(([place, reason]) => [Number(/^line (\d+)$/.exec(place)?.[1]), reason]).sort(([a], [b]) => a - b);
  if (lines.length === 0 || lines.some(([line]) => Number.isNaN(line))) return failed(error);
  showDialog(t("devices.import"), el("div.stack", {}, el("p", {}, error.message),
    el("ul.stack", {}, lines.map(([line, reason]) => el("li", {}, el("strong", {}, t("devices.import_line", { line })), ` ${reason}`)))));
}

byId("add")?.addEventListener("click", () => register({}));
byId("import")?.addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  const data = new FormData();
  data.append("file", file);
  try {
    const { created, updated } = await request("POST", "/login/devices/csv", data);
    changed(t("devices.imported", { created, updated }));
  } catch (error) {
    notImported(error);
  }
});
byId("import-button")?.addEventListener("click", () => byId("import").click());
polling({ seconds: 30, poll: () => (document.querySelector("dialog[open]") ? null : list.refresh()) });
