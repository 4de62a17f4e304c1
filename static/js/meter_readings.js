// The readings of one meter as they come: gauges and a small chart for each quantity.
import { colour, lineChart, tickLabels } from "./charts.js";
import { setFigure, setText } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";

const shownReadings = 20;
const plain = (decimals, unit) => (value) => ({ value: format.number(value, decimals), unit });
const quantities = {
  voltage: { tone: "cost", figure: plain(1, "V"), scale: [180, 260] },
  current: { tone: "forecast", figure: plain(2, "A") },
  power: { tone: "power", figure: format.power, tick: format.powerTick },
  frequency: { tone: "co2", figure: plain(2, "Hz"), scale: [48, 52] },
  pf: { tone: "demand", figure: plain(2, ""), scale: [0, 1] },
  energy: { tone: "energy", figure: (kwh) => ({ value: format.number(kwh, 2), unit: "kWh" }) },
  co2: { tone: "co2", figure: (kg) => ({ value: format.number(kg, 2), unit: "kg" }) },
};
let readings = null;  // the last ones: { times, voltage, …, co2 }, oldest first

function showGauge(name, value) {
  const gauge = document.querySelector(`[data-gauge="${name}"]`);
  if (!gauge) return;
  const { figure, scale } = quantities[name];
  setFigure(gauge.querySelector(".value"), figure(value));
  const bar = gauge.querySelector(".scale > span");
  if (!bar) return;
  const seen = readings[name].filter(Number.isFinite);
  const [least, most] = scale ?? [0, niceTop(Math.max(...seen, 0))];
  bar.style.width = `${Math.min(100, Math.max(0, ((value - least) / (most - least || 1)) * 100)).toFixed(1)}%`;
  const [low, high] = gauge.querySelectorAll(".bounds span");
  setText(low, bound(name, least));
  setText(high, bound(name, most));
}

function bound(name, value) {
  const { figure, tick } = quantities[name];
  return tick ? tick(value) : `${format.exact(value, 2)}\u00a0${figure(value).unit}`.trim();
}

function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value * 1.15));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= value * 1.15) ?? power * 10;
}

function showReadings() {
  const labels = readings.times.map((time) => format.clock(time, { seconds: true }));
  for (const [name, { tone, figure, tick = (value) => `${format.exact(value, 2)}\u00a0${figure(value).unit}`.trim() }] of Object.entries(quantities)) {
    const values = readings[name];
    showGauge(name, values.at(-1));
    const box = document.querySelector(`[data-chart="${name}"]`);
    if (!box) continue;
    lineChart(box, {
      labels, format: (value) => format.joined(figure(value)), datasets: [{ label: t(`meter.${name}`), data: values, colour: colour(tone) }],
      y: { beginAtZero: false, grace: "12%", ticks: { padding: 6, maxTicksLimit: 4, callback: tickLabels(tick) } }, x: { ticks: { maxTicksLimit: 3, maxRotation: 0 } },
      describe: t("meter.last_chart", { quantity: t(`meter.${name}`), value: format.joined(figure(values.at(-1))) }),
    });
    setText(box.closest("section").querySelector(".note"), format.joined(figure(values.at(-1))));
  }
}

/** When each reading was made. */
const timesOf = (data) => data.observed_at ?? data.rtc.map((text) => String(text).replace(" ", "T"));

/** Shows the answer of /power_monitoring/data. */
export function showData(data) {
  readings = { ...data, times: timesOf(data) };
  showReadings();
}

/** Adds an event of the live stream; false when it is not newer than what is shown. */
export function addReading(event) {
  const fresh = { voltage: event.voltage, current: event.current, power: event.power_w, frequency: event.frequency, pf: event.pf,
    energy: event.energy_kwh, co2: event.co2_kg ?? readings.co2.at(-1) };
  if (Date.parse(event.observed_at) <= Date.parse(readings.times.at(-1))) return false;
  readings.times = [...readings.times, event.observed_at].slice(-shownReadings);
  for (const [name, value] of Object.entries(fresh)) readings[name] = [...readings[name], value ?? null].slice(-shownReadings);
  showReadings();
  return true;
}

export const lastTime = () => readings?.times.at(-1) ?? null;
