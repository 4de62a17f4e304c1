// Readings as they come: Server-Sent Events; when they can't be had, polling; and a badge that says which.
import { t } from "./i18n.js";
import { setText } from "./dom.js";

const delayedAfter = 60_000;
const pollEvery = 5_000;
const hiddenFor = 20_000;

function showState(badge, state) {
  if (!badge || badge.dataset.state === state) return;
  badge.dataset.state = state;
  setText(badge.lastElementChild, {
    live: t("live.live"), delayed: t("live.delayed"), offline: t("live.offline"), connecting: t("live.connecting"),
  }[state]);
}

/** For pages without a stream: `poll()` every `seconds`, and the badge says whether it worked. */
export function polling({ poll, seconds = 10, badge = document.getElementById("live") }) {
  const once = async () => {
    if (document.hidden) return;
    try {
      await poll();
      showState(badge, "live");
    } catch {
      showState(badge, "offline");
    }
  };
  once();
  document.addEventListener("visibilitychange", once);
  return setInterval(once, seconds * 1000);
}

/**
 * `onReading(reading)` for each event; `poll()` (a promise) fetches the same by hand while there is no stream and once
 * after each gap. Returns a function that ends it.
 */
export function live({ onReading, poll, badge = document.getElementById("live") }) {
  let source = null;
  let failures = 0;
  let retryTimer = 0;
  let pollTimer = 0;
  let lastNews = Date.now();
  let streaming = false;

  const show = (state) => showState(badge, state);

  function judge() {
    if (streaming) show(Date.now() - lastNews > delayedAfter ? "delayed" : "live");
  }

  async function pollOnce() {
    try {
      await poll();
      lastNews = Date.now();
      if (!streaming) show("delayed");
    } catch {
      if (!streaming) show("offline");
    }
  }

  function startPolling() {
    if (pollTimer) return;
    pollOnce();
    pollTimer = setInterval(pollOnce, pollEvery);
  }

  function stopPolling() {
    clearInterval(pollTimer);
    pollTimer = 0;
  }

  function open() {
    clearTimeout(retryTimer);
    source?.close();
    source = new EventSource("/login/live");
    source.addEventListener("open", () => {
      const hadGap = failures > 0;
      failures = 0;
      streaming = true;
      lastNews = Date.now();
      stopPolling();
      judge();
      if (hadGap) pollOnce();
    });
    source.addEventListener("reading", (event) => {
      lastNews = Date.now();
      judge();
      onReading(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      source.close();
      streaming = false;
      failures += 1;
      if (failures === 1) show("connecting");
      if (failures > 1) startPolling();
      const wait = Math.min(30_000, 1000 * 2 ** Math.min(failures - 1, 5)) * (0.75 + Math.random() / 2);
      retryTimer = setTimeout(open, wait);
    });
  }

  function close() {
    source?.close();
    clearTimeout(retryTimer);
    stopPolling();
    streaming = false;
  }

  // A browser gives a site few connections: a tab that nobody sees must not hold one.
  let hiding = 0;
  function visibility() {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(close, hiddenFor);
    } else if (!streaming) {
      failures = Math.max(failures, 1);
      show("connecting");
      open();
    }
  }

  const judging = setInterval(judge, 5_000);
  document.addEventListener("visibilitychange", visibility);
  addEventListener("pagehide", close);
  open();
  return () => {
    clearInterval(judging);
    clearTimeout(hiding);
    document.removeEventListener("visibilitychange", visibility);
    close();
  };
}
