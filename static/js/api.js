// The OpenAPI document of this server, to read.
import "./shell.js";
import { get } from "./request.js";
import { byId, debounced, el } from "./dom.js";
import { t } from "./i18n.js";
import { codeBlock, empty, trouble } from "./states.js";

const tones = { get: ".info", post: ".ok", put: ".warn", delete: ".bad" };
const root = byId("list");
let document_ = null;

const resolve = (node) => (node?.$ref ? node.$ref.slice(2).split("/").reduce((place, key) => place?.[key], document_) : node);

function typeOf(schema) {
  const { type, items, enum: choices, format } = resolve(schema) ?? {};
  if (choices) return choices.join(" | ");
  if (type === "array") return `${typeOf(items)}[]`;
  const [first = "object", ...others] = [type].flat();
  return [format ? `${first} (${format})` : first, ...others].join(" | ");
}

// The fields of an object and of those within it: totals.cost, devices[].uid.
function fieldsWithin(schema, place = "") {
  return Object.entries(schema.properties).flatMap(([name, node]) => {
    const entry = resolve(node);
    const inner = entry.type === "array" ? resolve(entry.items) : entry;
    const path = `${place}${name}`;
    return [[path, entry], ...(inner?.properties ? fieldsWithin(inner, `${path}${inner === entry ? "." : "[]."}`) : [])];
  });
}

function table(headings, rows) {
  return el("div.table-wrap", {}, el("table.table", {}, el("thead", {}, el("tr", {}, headings.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)));
}

function parameters(list) {
  return table([t("api.parameter"), t("api.where"), t("api.type"), t("api.meaning")], list.map(resolve).map((entry) => el("tr", {},
    el("td.mono", {}, entry.name, entry.required ? " *" : ""), el("td", {}, entry.in), el("td.mono", {}, typeOf(entry.schema)), el("td", {}, entry.description ?? ""))));
}

// `marked`: with a star at what must be sent.
function fieldsOf(content, { marked = false } = {}) {
  const schema = resolve(Object.values(content ?? {})[0]?.schema);
  if (!schema?.properties) return schema ? el("p.small.mono.muted", {}, typeOf(schema)) : null;
  const required = new Set(marked ? schema.required : []);
  return table([t("api.field"), t("api.type"), t("api.meaning")], fieldsWithin(schema).map(([name, entry]) => el("tr", {},
    el("td.mono", {}, name, required.has(name) ? " *" : ""), el("td.mono", {}, typeOf(entry)), el("td", {}, entry.description ?? ""))));
}

function operation(path, method, entry) {
  const body = [];
  if (entry.description) body.push(el("p.muted", {}, entry.description));
  if (entry.parameters?.length > 0) body.push(el("h3", {}, t("api.parameters")), parameters(entry.parameters));
  if (entry.requestBody) body.push(el("h3", {}, t("api.body")), fieldsOf(resolve(entry.requestBody).content, { marked: true }));
  for (const [status, answer] of Object.entries(entry.responses ?? {})) {
    const { description, content } = resolve(answer);
    body.push(el("p", {}, el(`span.badge${status < 300 ? ".ok" : status < 400 ? "" : ".warn"}`, {}, status), " ", el("span.muted.small", {}, description ?? "")), status < 300 ? fieldsOf(content) : null);
  }
  if (method === "get") body.push(codeBlock(`curl -H "Authorization: Bearer $TOKEN" "${location.origin}${path}"`));
  return el("details.card", {}, el("summary.flex.flex-wrap.items-center.gap-3.px-5.py-3.cursor-pointer", {},
    el(`span.badge.min-w-16.justify-center${tones[method] ?? ""}`, {}, method.toUpperCase()), el("code", {}, path), el("span.muted.small", {}, entry.summary ?? "")),
    el("div.card-body.stack", {}, body.filter(Boolean)));
}

function show() {
  const words = byId("search").value.trim().toLowerCase();
  const groups = new Map();
  for (const [path, methods] of Object.entries(document_.paths)) {
    for (const [method, entry] of Object.entries(methods)) {
      if (!`${method} ${path} ${entry.summary ?? ""}`.toLowerCase().includes(words)) continue;
      const tag = entry.tags?.[0] ?? "";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(path, method, entry));
    }
  }
  if (groups.size === 0) {
    root.replaceChildren(el("div.card", {}, empty({ symbol: "magnifying-glass", title: t("common.no_match"), text: t("common.no_match_text") })));
    return;
  }
  root.replaceChildren(...[...groups].flatMap(([tag, operations]) => [tag ? el("div.section-head", {}, el("h2", {}, tag)) : null, el("div.grid.gap-2", {}, operations)]).filter(Boolean));
}

async function load() {
  try {
    document_ = await get("/login/api/json");
    show();
  } catch (error) {
    root.replaceChildren(el("div.card", {}, trouble(error, load)));
  }
}

byId("search").addEventListener("input", debounced(() => document_ && show(), 120));
load();
