// The load curve of one meter over a day, a week or a month, with its maximum demand.
import { colour, faded, lineChart } from "./charts.js";
import { byId, setText } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { isAborted, newestOnly, remember, remembered } from "./request.js";
import { series } from "./series.js";
import { empty, trouble } from "./states.js";

const { uid } = byId("meter").dataset;
const lengths = { day: 1, week: 7, month: 30 };
const known = (value, ok) => (ok(value) ? value : "");  // the address may hold anything
const range = {  // without a day, it follows the readings
  span: known(remembered("span"), (span) => Object.hasOwn(lengths, span)) || "day",
  day: known(remembered("day"), (day) => /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))),
};
let newest = format.siteDay();
const shownDay = () => range.day || newest;
const moved = (text, days) => format.daysBefore(text, -days);

const newestAnswer = newestOnly();

async function loadCurve() {
  const box = byId("curve");
  const from = moved(shownDay(), 1 - lengths[range.span]);
  try {
    const answer = await series(uid, { from, to: shownDay() }, { signal: newestAnswer() });
    if (answer.points.length === 0) {
      setText(byId("curve-note"), "");
      box.replaceChildren(empty({ symbol: "chart-area", title: t("meter.no_curve"), text: t("meter.no_curve_text") }));
      return;
    }
    drawCurve(box, answer);
  } catch (error) {
    if (!isAborted(error)) box.replaceChildren(trouble(error, loadCurve));
  }
}

function drawCurve(box, { points, step }) {
  const time = (point) => (range.span === "day" ? format.clock(point.t) : step === "1d" ? format.day(point.t.slice(0, 10)) : `${format.day(point.t.slice(0, 10))} ${format.clock(point.t)}`);
  const means = points.map((point) => point.power_w);
  const peak = points.reduce((best, point) => ((point.power_w ?? -Infinity) > (best?.power_w ?? -Infinity) ? point : best), null);
  const kwh = points.reduce((sum, point) => sum + (point.energy_kwh ?? 0), 0);
  const energy = format.joined(format.energy(kwh));
  setText(byId("curve-note"), peak ? t("meter.curve_note", { energy, power: format.joined(format.power(peak.power_w)), time: time(peak) }) : energy);
  lineChart(box, {
    labels: points.map(time), format: (value) => format.joined(format.power(value)), tick: format.powerTick, legend: true,
    datasets: [
      { label: t("meter.mean_power"), data: means, colour: colour("power") },
      { label: t("meter.max_power"), data: points.map((point) => point.max_power_w), colour: faded(colour("demand"), 0.75), fill: false, borderWidth: 1, borderDash: [3, 3] },
    ],
    lines: peak?.power_w > 0 ? [{ value: peak.power_w, tone: colour("demand"), name: t("meter.max_demand_line", { power: format.joined(format.power(peak.power_w)) }) }] : [],
    describe: t("meter.curve_chart", { power: format.joined(format.power(peak?.power_w)) }),
  });
}

/** Draws the chosen range anew; `lastDay` is that of the newest reading. */
export function showRange(lastDay = newest) {
  newest = lastDay;
  const today = format.siteDay();
  byId("day").value = shownDay();
  byId("day").max = today;
  byId("day-on").disabled = shownDay() >= today;
  for (const button of document.querySelectorAll("[data-span]")) button.setAttribute("aria-pressed", String(button.dataset.span === range.span));
  remember({ span: range.span === "day" ? "" : range.span, day: range.day });
  loadCurve();
}

function choose(values) {
  Object.assign(range, values);
  if (range.day > format.siteDay()) range.day = format.siteDay();
  if (range.day === newest) range.day = "";
  showRange();
}

for (const button of document.querySelectorAll("[data-span]")) button.addEventListener("click", () => choose({ span: button.dataset.span }));
byId("day").addEventListener("change", (event) => event.target.value && choose({ day: event.target.value }));
byId("day-back").addEventListener("click", () => choose({ day: moved(shownDay(), -lengths[range.span]) }));
byId("day-on").addEventListener("click", () => choose({ day: moved(shownDay(), lengths[range.span]) }));
