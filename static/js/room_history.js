// The dialog with the past days of one room: its curves, and the files of what they show.
import { get, isAborted, newestOnly, query } from "./request.js";
import { colour, lineChart } from "./charts.js";
import { showDialog } from "./dialog.js";
import { el, icon, setText } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { trouble } from "./states.js";

const spans = { week: 7, month: 30 }; // days
const day = 86_400_000; // ms
const quantities = [
  { name: "temperature", unit: "°C", tone: "demand" },
  { name: "humidity", unit: "%", tone: "cost" },
];

const daysBefore = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) - days * day).toISOString().slice(0, 10);
const isKnown = (value) => value !== null && value !== undefined;

/** A line of time whose marks are days, no more of them than there is room for. */
function timeLine({ from, to }) {
  const [min, max] = [Date.parse(from), Date.parse(to)];
  const days = Math.round((max - min) / day);
  const apart = Math.ceil(days / (innerWidth > 700 ? 10 : 5));
  const ticks = Array.from({ length: Math.ceil(days / apart) }, (_, i) => ({ value: min + i * apart * day }));
  return {
    type: "linear", min, max, afterBuildTicks: (axis) => Object.assign(axis, { ticks }),
    ticks: { autoSkip: false, maxRotation: 0, callback: (at) => format.day(format.siteDay(new Date(at))) },
  };
}

function part({ name, unit, tone }) {
  const note = el("span.note");
  const chart = el("div.chart");
  const shown = (value, decimals = 1) => format.joined({ value: format.number(value, decimals), unit });
  return {
    node: el("section.stack", { "aria-label": t(`climate.${name}`) }, el("div.card-head", {}, el("h3", {}, t(`climate.${name}`)), note), chart),
    show(answer, limit, room) {
      const values = answer[name];
      const known = values.filter(isKnown);
      setText(note, known.length === 0 ? "" : t("climate.between", { lowest: shown(Math.min(...known)), highest: shown(Math.max(...known)) }));
      if (known.length === 0) {
        chart.replaceChildren(el("p.small.faint.grid.h-full.place-items-center.text-center", {}, t("climate.no_history")));
        return;
      }
      lineChart(chart, {
        labels: answer.t.map((time) => Date.parse(time)), format: (value) => shown(value), x: timeLine(answer),
        title: ([point]) => format.dateTime(new Date(point.parsed.x)),
        describe: t("climate.history_chart", { room, quantity: t(`climate.${name}`), lowest: shown(Math.min(...known)), highest: shown(Math.max(...known)) }),
        datasets: [{ label: t(`climate.${name}`), data: values, colour: colour(tone) }],
        y: { beginAtZero: false, grace: "10%", suggestedMin: limit ?? undefined, suggestedMax: limit ?? undefined, ticks: { padding: 6, maxTicksLimit: 5, callback: (value) => format.joined({ value: format.exact(value, 1), unit }) } },
        lines: isKnown(limit) ? [{ value: limit, name: t("climate.limit", { limit: format.joined({ value: format.exact(limit, 1), unit }) }) }] : [],
      });
    },
  };
}

/** Shows the last days of the sensor `uid`, which people call `room`; `limits` are drawn in. */
export function showRoomHistory(uid, room, limits) {
  const newest = newestOnly();
  const parts = quantities.map(part);
  const curves = el("div.stack.room-history", {}, parts.map(({ node }) => node));
  const files = ["excel", "csv"].map((kind) => el("a.button", { download: "" }, icon(kind === "excel" ? "file-excel" : "file-csv"), kind === "excel" ? "Excel" : "CSV"));
  const buttons = Object.keys(spans).map((span) => el("button", { type: "button", "aria-pressed": "false", onclick: () => choose(span) }, t(`meter.span_${span}`)));
  const content = el("div.stack", {}, el("div.toolbar", {}, el("div.segmented", { role: "group", "aria-label": t("meter.span") }, buttons), el("div.push.actions", {}, files)), curves);

  async function choose(span) {
    const to = format.siteDay();
    const range = { mac: uid, from: daysBefore(to, spans[span] - 1), to };
    Object.keys(spans).forEach((name, i) => buttons[i].setAttribute("aria-pressed", String(name === span)));
    files[0].href = `/login/climate/excel${query(range)}`;
    files[1].href = `/login/climate/csv${query(range)}`;
    curves.setAttribute("aria-busy", "true");
    try {
      const answer = await get(`/login/climate/series${query({ ...range, step: span === "month" ? "1h" : "15m" })}`, { signal: newest() });
      if (!curves.contains(parts[0].node)) curves.replaceChildren(...parts.map(({ node }) => node));
      quantities.forEach(({ name }, i) => parts[i].show(answer, limits[name], room));
    } catch (error) {
      if (isAborted(error)) return;
      curves.replaceChildren(trouble(error, () => choose(span)));
    }
    curves.removeAttribute("aria-busy");
  }

  showDialog(t("climate.history_of", { room }), content, { broad: true });
  choose("week");
}
