// A curve of temperature or humidity over time, with its limit drawn in.
import { colour, lineChart } from "./charts.js";
import { el } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";

/** `times` are ISO texts; `name` says what it is, `tone` its colour; `tick` words the marks, `title` the time of a point, `nothing` that there is none. */
export function climateChart(box, { times, values, name, tone, unit, limit, describe, x, tick, title, nothing }) {
  if (!values.some((value) => value !== null)) {
    box.replaceChildren(el("p.small.faint.grid.h-full.place-items-center.text-center", {}, nothing));
    return;
  }
  lineChart(box, {
    labels: times.map((time) => Date.parse(time)), format: (value) => format.joined({ value: format.number(value, 1), unit }), describe, x,
    title: ([point]) => title(new Date(point.parsed.x)),
    datasets: [{ label: name, data: values, colour: colour(tone) }],
    y: { beginAtZero: false, grace: "10%", suggestedMin: limit ?? undefined, suggestedMax: limit ?? undefined, ticks: { padding: 6, maxTicksLimit: 5, callback: tick } },
    lines: limit ? [{ value: limit, name: t("climate.limit", { limit: format.joined({ value: format.exact(limit, 1), unit }) }) }] : [],
  });
}
