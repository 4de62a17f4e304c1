// The dialog with the past days of one room: its curves, and the files of what they show.
import { get, isAborted, newestOnly, query } from "./request.js";
import { climateChart } from "./climate_chart.js";
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
  const shown = (value) => format.joined({ value: format.number(value, 1), unit });
  return {
    node: el("section.stack", { "aria-label": t(`climate.${name}`) }, el("div.card-head", {}, el("h3", {}, t(`climate.${name}`)), note), chart),
    show(answer, limit, room) {
      const values = answer[name];
      const known = values.filter(isKnown);
      setText(note, known.length === 0 ? "" : t("climate.between", { lowest: shown(Math.min(...known)), highest: shown(Math.max(...known)) }));
      climateChart(chart, {
        times: answer.t, values, name: t(`climate.${name}`), tone, unit, limit, x: timeLine(answer), nothing: t("climate.no_history"),
        title: (time) => format.dateTime(time), tick: (value) => format.joined({ value: format.exact(value, 1), unit }),
        describe: known.length === 0 ? "" : t("climate.history_chart", { room, quantity: t(`climate.${name}`), lowest: shown(Math.min(...known)), highest: shown(Math.max(...known)) }),
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
    const range = { mac: uid, from: format.daysBefore(to, spans[span] - 1), to };
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
