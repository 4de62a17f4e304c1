// Load curves of meters from /power_monitoring/series.
import { get, query } from "./request.js";
import { siteDay } from "./format.js";

/** `from` and `to` are site days, both included. */
export function series(uid, { from = siteDay(), to = from, step = "auto" } = {}, options) {
  return get(`/power_monitoring/series${query({ uid, from, to, step })}`, options);
}

/** Points of several meters, from `since` (ms) on, on one time line: { times: [ms…], values: [[W…] per meter] }; null where one has none. */
export function aligned(all, since = 0) {
  const times = [...new Set(all.flatMap(({ points }) => points.map((point) => Date.parse(point.t))))].filter((time) => time >= since).sort((a, b) => a - b);
  const place = new Map(times.map((time, i) => [time, i]));
  const values = all.map(({ points }) => {
    const row = new Array(times.length).fill(null);
    for (const point of points) {
      const at = place.get(Date.parse(point.t));
      if (at !== undefined) row[at] = point.power_w ?? null;
    }
    return row;
  });
  return { times, values };
}
