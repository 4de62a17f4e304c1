// Going back, or reloading, leads to where one was, also where the content comes after the page.
import { debounced } from "./dom.js";

const patience = 10_000;  // ms

/** Scrolls to `top` as soon as the page is long enough, unless somebody scrolls before. */
function returnTo(top) {
  const ended = new AbortController();
  const grown = new ResizeObserver(() => {
    if (document.documentElement.scrollHeight - innerHeight < top) return;
    scrollTo(0, top);
    ended.abort();
  });
  ended.signal.addEventListener("abort", () => grown.disconnect());
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(name, () => ended.abort(), { signal: ended.signal });
  setTimeout(() => ended.abort(), patience);
  grown.observe(document.body);
}

export function keepPlace() {
  history.scrollRestoration = "manual";
  const top = history.state?.top ?? 0;
  if (top > 0) returnTo(top);
  const note = () => history.replaceState({ ...history.state, top: Math.round(scrollY) }, "");
  addEventListener("scroll", debounced(note, 150), { passive: true });
  addEventListener("pagehide", note);
}
