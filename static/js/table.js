// A list that the server searches and pages; its state is in the address.
import { get, isAborted, newestOnly, query, remember, remembered } from "./request.js";
import { debounced, el, icon, setText } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { keepingFocus, keptRows } from "./renew.js";
import { empty, trouble } from "./states.js";

const largestPage = 100;  // rows that the server answers at once
const skeletonRow = (columns) => el("tr", { "aria-hidden": "true" }, columns.map(() => el("td", {}, el("span.skeleton", { style: "display:block;width:70%" }, "\u00a0"))));

/**
 * columns: [{ title, cell(item) → text or node, kind: "number" | "tools" | "clip" | "long" | "wide", or several as "tools.wide", sort: the server's name of it }]
 * search: an input; filters: { name: element with a value }; none: what to show when there is nothing at all; key(item): what
 * tells the items apart; isNarrowed(values): whether they leave anything out.
 * Returns { reload, restart, refresh, showMany }; refresh() shows what is new without dimming what is there, showMany(most) so many
 * rows at once, as paper wants them; both throw when they can't.
 */
export function pagedTable({ root, url, columns, title, search = null, filters = {}, fixed = {}, none, perPage = 10, prefix = "", key = (item) => item.id,
  isNarrowed = (values) => Object.values(values).some((value) => value !== ""), onPage }) {
  const pageKey = `${prefix}page`;
  const state = { page: Number(remembered(pageKey, 1)) || 1, sort: columns.some(({ sort }) => sort) ? remembered("sort") : "" };
  const body = el("tbody", {}, Array.from({ length: 5 }, () => skeletonRow(columns)));
  const head = el("tr", {}, columns.map(heading));
  const table = el("table.table.stack-phone", {}, el("caption.visually-hidden", {}, title), el("thead", {}, head), body);
  const wrap = el("div.table-wrap", { tabindex: "0", role: "region", "aria-label": title }, table);
  const count = el("span", { role: "status" });
  const back = el("button.button", { type: "button", onclick: () => go(state.page - 1) }, icon("chevron-left"), t("table.previous"));
  const on = el("button.button", { type: "button", onclick: () => go(state.page + 1) }, t("table.next"), icon("chevron-right"));
  const where = el("span.number");
  const steps = el("div.push", {}, where, back, on);
  const pager = el("div.pager", {}, count, steps);
  pager.hidden = true;
  root.replaceChildren(wrap, pager);
  const newest = newestOnly();

  function heading({ title: text, kind, sort }) {
    const content = sort ? el("button", { type: "button", onclick: () => sortBy(sort) }, text, icon("sort")) : text || el("span.visually-hidden", {}, t("common.actions"));
    return el(kind === "number" ? "th.number" : "th", { scope: "col", "data-sort": sort }, content);
  }

  function showOrder() {
    for (const cell of head.querySelectorAll("[data-sort]")) {
      const way = state.sort === cell.dataset.sort ? "ascending" : state.sort === `-${cell.dataset.sort}` ? "descending" : "";
      if (way) cell.setAttribute("aria-sort", way);
      else cell.removeAttribute("aria-sort");
      cell.querySelector(".fa-solid").className = `fa-solid fa-sort${{ ascending: "-up", descending: "-down" }[way] ?? ""}`;
    }
  }

  function sortBy(name) {
    state.sort = state.sort === name ? `-${name}` : name;
    remember({ sort: state.sort });
    showOrder();
    go(1);
  }

  function values() {
    const filled = Object.fromEntries(Object.entries(filters).map(([name, input]) => [name, input.value]));
    return { ...filled, search: search?.value.trim() ?? "" };
  }

  function row(item) {
    return el("tr", {}, columns.map(({ title: text, cell, kind }) => el(kind ? `td.${kind}` : "td", { "data-label": text }, cell(item) ?? format.nothing)));
  }

  const showRows = keptRows(body, { key, row });

  function show(page) {
    keepingFocus(wrap, () => change(page));
  }

  function change(page) {
    if (page.items.length === 0) {
      pager.hidden = true;
      wrap.replaceChildren(isNarrowed(values()) || page.total > 0
        ? empty({ symbol: "magnifying-glass", title: t("common.no_match"), text: t(search ? "common.no_match_text" : "common.no_match_filters") }) : empty(none));
      return;
    }
    showRows(page.items);
    if (!table.isConnected) wrap.replaceChildren(table);
    const first = (page.page - 1) * page.per_page + 1;
    setText(count, t("table.range", { first: format.number(first), last: format.number(first + page.items.length - 1), total: format.number(page.total) }));
    setText(where, t("table.page", { page: format.number(page.page), pages: format.number(page.pages) }));
    steps.hidden = page.pages <= 1;
    back.disabled = page.page <= 1;
    on.disabled = page.page >= page.pages;
    pager.hidden = false;
  }

  const ask = (options, part = {}) => get(url + query({ ...fixed, ...values(), sort: state.sort, page: state.page, per_page: perPage, ...part }), options);

  /** The list has become shorter than where one stands in it. */
  const isBehindTheLast = ({ items, total, pages }) => items.length === 0 && total > 0 && state.page > pages;

  async function refresh() {
    if (root.hasAttribute("aria-busy")) return;
    const asked = JSON.stringify([values(), state]);
    const page = await ask({});
    if (asked !== JSON.stringify([values(), state]) || root.hasAttribute("aria-busy")) return;
    if (isBehindTheLast(page)) await load();
    else show(page);
  }

  async function showMany(most) {
    const items = [];
    let part;
    do {
      part = await ask({}, { page: items.length / largestPage + 1, per_page: largestPage });
      items.push(...part.items);
    } while (part.items.length === largestPage && items.length < most);
    show({ ...part, items, page: 1, pages: 1 });
  }

  async function load() {
    root.classList.add("busy");
    root.setAttribute("aria-busy", "true");
    try {
      const page = await ask({ signal: newest() });
      if (isBehindTheLast(page)) return await go(page.pages);
      show(page);
      onPage?.(page);
    } catch (error) {
      if (isAborted(error)) return;
      pager.hidden = true;
      wrap.replaceChildren(trouble(error, load));
    }
    root.classList.remove("busy");
    root.removeAttribute("aria-busy");
  }

  function go(page) {
    state.page = Math.max(1, page);
    remember({ [pageKey]: state.page === 1 ? "" : state.page });
    return load();
  }

  function changed() {
    remember(values());
    go(1);
  }

  showOrder();
  if (search) {
    search.value = remembered("search");
    search.addEventListener("input", debounced(changed));
  }
  for (const [name, input] of Object.entries(filters)) {
    input.value = remembered(name, input.value);
    input.addEventListener("change", changed);
  }
  load();
  return { reload: load, restart: () => go(1), refresh, showMany };
}
