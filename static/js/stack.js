// Stacked charts of many meters: the largest each in a colour of its own, the rest as one.
import { palette } from "./charts.js";
import { t } from "./i18n.js";

const most = 8;
const quiet = "#59646e";

/** Those that get a layer of their own, the largest first. */
export function largest(items, size) {
  const ranked = [...items].sort((a, b) => size(b) - size(a));
  return ranked.length > most ? ranked.slice(0, most - 1) : ranked;
}

/** The layers of `shown`, and one of the others, which is what they lack of `totals`; there are `count` items in all. */
export function layers(shown, { count, totals, label, data }) {
  const datasets = shown.map((item, i) => ({ label: label(item), data: data(item), colour: palette[i] }));
  if (count > shown.length) {
    const own = totals.map((_, i) => datasets.reduce((sum, layer) => sum + (layer.data[i] ?? 0), 0));
    datasets.push({ label: t("common.others", { count: count - shown.length }), data: totals.map((total, i) => (total === null ? null : Math.max(0, total - own[i]))), colour: quiet });
  }
  return datasets;
}
