// Small charts without axes, as SVG: for cards and rows.
import { svg } from "./dom.js";

const width = 100;
const height = 40;

/** A line with a soft area below it; `values` oldest first, null is a gap. */
export function sparkline(values, { colour = "var(--tone)" } = {}) {
  const known = values.filter((value) => value !== null && Number.isFinite(value));
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" });
  if (known.length < 2) return node;
  const least = Math.min(...known);
  const span = Math.max(...known) - least || 1;
  const points = values.map((value, i) => [(i / (values.length - 1)) * width, height - 4 - ((value - least) / span) * (height - 12)])
    .filter((_, i) => values[i] !== null && Number.isFinite(values[i]));
  const line = `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}`;
  node.append(
    svg("path", { d: `${line}L${points.at(-1)[0].toFixed(2)} ${height}L${points[0][0].toFixed(2)} ${height}Z`, style: `fill:${colour};opacity:.13` }),
    svg("path", { d: line, style: `fill:none;stroke:${colour};stroke-width:1.6;stroke-linejoin:round`, "vector-effect": "non-scaling-stroke" }));
  return node;
}

/** Bars, the last one strong; each tells its value on hover. */
export function bars(values, { colour = "var(--tone)", titles = [] } = {}) {
  const most = Math.max(...values, 0) || 1;
  const step = width / Math.max(values.length, 1);
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" });
  values.forEach((value, i) => {
    const tall = Math.max((value / most) * height, 1.5);
    const bar = svg("rect", {
      x: (i * step + step * 0.14).toFixed(2), y: (height - tall).toFixed(2), width: (step * 0.72).toFixed(2), height: tall.toFixed(2), rx: 1,
      style: `fill:${colour};opacity:${i === values.length - 1 ? 1 : 0.42}`,
    });
    if (titles[i]) {
      const title = svg("title");
      title.textContent = titles[i];
      bar.append(title);
    }
    node.append(bar);
  });
  return node;
}
