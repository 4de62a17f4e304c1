// New content into the nodes that are there: what did not change keeps the keyboard, the selection and a pressed mouse.

const isControl = (node) => node.nodeName === "BUTTON" || node.nodeName === "A";

function renewAttributes(node, wanted) {
  for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name)) node.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Makes `node` look like `wanted`, touching what differs alone. A control that differs does something else: it is replaced. */
export function renew(node, wanted) {
  if (node.isEqualNode(wanted)) return;
  if (node.nodeName !== wanted.nodeName || isControl(node)) {
    node.replaceWith(wanted);
    return;
  }
  if (node.nodeType === Node.TEXT_NODE) {
    node.data = wanted.data;
    return;
  }
  renewAttributes(node, wanted);
  const fresh = [...wanted.childNodes];
  const present = [...node.childNodes];
  present.slice(fresh.length).forEach((child) => child.remove());
  fresh.forEach((child, i) => (present[i] ? renew(present[i], child) : node.append(child)));
}

/** `nodes`, in this order, become all that `parent` holds; those that are in their place already are not moved. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

/** Runs `change` on the content of `root`; who had the keyboard in it keeps it, or has it where the lost control stood. */
export function keepingFocus(root, change) {
  const controls = () => [...root.querySelectorAll("button:enabled, a[href], input:enabled")];
  const held = document.activeElement;
  const place = root.contains(held) && held !== root ? controls().indexOf(held) : -1;
  change();
  if (place < 0 || document.activeElement === held) return;
  const left = controls();
  (held.isConnected ? held : left[Math.min(place, left.length - 1)] ?? root).focus({ preventScroll: true });
}

/**
 * The rows of a table body, kept while `key(item)` stays; a row's buttons act on what its item is now.
 * Returns `show(items)`.
 */
export function keptRows(body, { key, row }) {
  let kept = new Map();  // key -> { item, node }

  function one(item) {
    const known = kept.get(key(item));
    if (!known) return { item, node: row(item) };
    Object.assign(known.item, item);
    renew(known.node, row(known.item));
    return known;
  }

  return function show(items) {
    const shown = items.map((item) => [key(item), one(item)]);
    arrange(body, shown.map(([, { node }]) => node));
    kept = new Map(shown.filter(([name]) => name !== undefined && name !== null));
  };
}
