// Elements from data; text always goes in as text.

/** el("a.button", { href: "/x", onclick: f }, "text", child, …); null children are left out. */
export function el(selector, attributes, ...children) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length > 0) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const icon = (name) => el(`span.fa-solid.fa-${name}`, { "aria-hidden": "true" });

/** Changes a text in place, and only when it differs. */
export function setText(node, text) {
  const wanted = String(text);
  const first = node.firstChild;
  if (node.childNodes.length === 1 && first.nodeType === Node.TEXT_NODE) {
    if (first.data !== wanted) first.data = wanted;
  } else {
    node.textContent = wanted;
  }
}

/** A figure and its unit, as { value, unit } of format.js. */
export function setFigure(node, { value, unit }) {
  let [number, suffix] = node.children;
  if (!number || number.classList.contains("skeleton")) {
    number = el("span");
    suffix = el("span.unit");
    node.replaceChildren(number, suffix);
  }
  setText(number, value);
  setText(suffix, unit);
}

/** Shows what waited for the parts above it, a frame after they have their height. */
export function showLater() {
  requestAnimationFrame(() => {
    for (const node of document.querySelectorAll(".later")) node.classList.remove("later");
  });
}

export const byId = (id) => document.getElementById(id);

/** `action` after the last of several calls that follow each other within `wait` ms. */
export function debounced(action, wait = 220) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}
