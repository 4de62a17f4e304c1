// Chart.js in the portal's own theme. A chart is kept and its data replaced; it never animates under live data.
import "../vendor/chart.js";
import { el } from "./dom.js";

const { Chart } = globalThis;
const paper = { text: "#222222", line: "#d5dade", halo: "#ffffff" };
const tokens = getComputedStyle(document.documentElement);
export const colour = (name) => tokens.getPropertyValue(`--${name}`).trim();
export const palette = ["energy", "power", "cost", "demand", "forecast", "co2"].map(colour)
  .concat(["#ef8fc0", "#6fd3e8", "#d8d36a", "#9aa7ff"]);
export const faded = (hex, opacity) => `${hex}${Math.round(opacity * 255).toString(16).padStart(2, "0")}`;

const screen = { text: colour("text-2"), line: colour("line"), halo: colour("surface") };
let theme = screen;

Object.assign(Chart.defaults, {
  responsive: true, maintainAspectRatio: false, animation: false, color: () => theme.text, borderColor: () => theme.line,
  interaction: { mode: "index", intersect: false },
});
Object.assign(Chart.defaults.font, { family: getComputedStyle(document.body).fontFamily, size: 11.5 });
Object.assign(Chart.defaults.elements.line, { borderWidth: 1.75, tension: 0.25 });
Object.assign(Chart.defaults.elements.point, { radius: 0, hoverRadius: 4, hitRadius: 12 });
Object.assign(Chart.defaults.elements.bar, { borderRadius: 3, maxBarThickness: 34 });
Object.assign(Chart.defaults.plugins.legend, { display: false, position: "bottom", align: "start" });
Object.assign(Chart.defaults.plugins.legend.labels, { boxWidth: 9, boxHeight: 9, usePointStyle: true, pointStyle: "rectRounded", padding: 14 });
Object.assign(Chart.defaults.plugins.tooltip, {
  backgroundColor: "#1e242af5", borderColor: colour("line-strong"), borderWidth: 1, padding: 10, cornerRadius: 8, titleColor: colour("text"),
  bodyColor: colour("text-2"), boxWidth: 8, boxHeight: 8, usePointStyle: true, displayColors: true, boxPadding: 4,
});

function redraw(onto) {
  theme = onto;
  for (const chart of Object.values(Chart.instances)) {
    chart.resize();
    chart.update("none");
  }
}
addEventListener("beforeprint", () => redraw(paper));
addEventListener("afterprint", () => redraw(screen));

/** A dashed line at `value`, named at one end. */
const limits = {
  id: "limits",
  afterDatasetsDraw(chart, _, { lines = [] }) {
    const { ctx, chartArea, scales } = chart;
    for (const { value, name, tone = colour("bad"), axis = "y", side = "right" } of lines) {
      const y = scales[axis]?.getPixelForValue(value);
      if (value === null || value === undefined || !(y >= chartArea.top - 1 && y <= chartArea.bottom + 1)) continue;
      ctx.save();
      ctx.strokeStyle = tone;
      ctx.lineWidth = 1.25;
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(chartArea.left, y);
      ctx.lineTo(chartArea.right, y);
      ctx.stroke();
      if (name) {
        ctx.fillStyle = tone;
        ctx.textAlign = side;
        ctx.font = `500 11px ${Chart.defaults.font.family}`;
        const place = [side === "right" ? chartArea.right - 4 : chartArea.left + 4, y - 5 < chartArea.top + 10 ? y + 13 : y - 5];
        // A halo, so that the name can be read where it crosses a curve.
        Object.assign(ctx, { lineWidth: 4, lineJoin: "round", strokeStyle: theme.halo });
        ctx.setLineDash([]);
        ctx.strokeText(name, ...place);
        ctx.fillText(name, ...place);
      }
      ctx.restore();
    }
  },
};
Chart.register(limits);

/** Labels by `format(value, most)`, which is told the largest value too, for all to have one unit. */
export const tickLabels = (format) => (value, _, ticks) => format(value, Math.max(...ticks.map((tick) => Math.abs(tick.value))));

function axis(format, extra = {}) {
  return { border: { display: false }, grid: { color: () => theme.line, drawTicks: false }, ticks: { padding: 8, maxTicksLimit: 6, callback: tickLabels(format) }, ...extra };
}

function draw(box, type, { labels, datasets, format = String, tick = format, title, describe, stacked = false, legend = false, lines = [], y = {}, axes = {}, x = {} }) {
  const options = {
    scales: {
      x: { border: { display: false }, grid: { display: false }, stacked, ticks: { maxRotation: 0, autoSkipPadding: 18, padding: 6, autoSkip: labels.length > 8 }, ...x },
      y: axis(tick, { stacked, beginAtZero: true, ...y }),
      ...axes,
    },
    plugins: {
      legend: { display: legend }, limits: { lines },
      tooltip: { callbacks: { title, label: (item) => ` ${item.dataset.label}: ${(item.dataset.format ?? format)(item.parsed.y)}` } },
    },
  };
  const known = Chart.getChart(box.querySelector("canvas") ?? "");
  if (known && known.config.type === type) {
    known.data.labels = labels;
    datasets.forEach((dataset, i) => {
      if (known.data.datasets[i]) Object.assign(known.data.datasets[i], dataset);
      else known.data.datasets.push(dataset);
    });
    known.data.datasets.length = datasets.length;
    known.options = options;
    known.canvas.setAttribute("aria-label", describe ?? "");
    known.update("none");
    return known;
  }
  known?.destroy();
  const canvas = el("canvas", { role: "img", "aria-label": describe ?? "" });
  box.replaceChildren(canvas);
  return new Chart(canvas, { type, data: { labels, datasets }, options });
}

/** A value between gaps is no line: it shows as a point. */
const isAlone = ({ dataset: { data }, dataIndex: i }) => typeof data[i] === "number" && typeof data[i - 1] !== "number" && typeof data[i + 1] !== "number";
const pointRadius = (context) => (isAlone(context) ? 2.5 : 0);

export function lineChart(box, { fill = true, ...rest }) {
  const datasets = rest.datasets.map((dataset, i) => ({
    borderColor: dataset.colour, backgroundColor: faded(dataset.colour.slice(0, 7), rest.stacked ? 0.3 : 0.12), pointBackgroundColor: dataset.colour,
    fill: fill && rest.stacked && i > 0 ? "-1" : fill, spanGaps: false, pointRadius, ...dataset,
  }));
  return draw(box, "line", { ...rest, datasets });
}

export function barChart(box, options) {
  const datasets = options.datasets.map((dataset) => ({
    backgroundColor: dataset.colour, hoverBackgroundColor: dataset.colour, ...dataset,
  }));
  return draw(box, "bar", { ...options, datasets });
}

