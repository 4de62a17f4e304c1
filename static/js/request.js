// Requests to the portal's JSON endpoints.
import { t } from "./i18n.js";
import { isAnythingUnsaved } from "./unsaved.js";

export class ApiError extends Error {
  constructor(status, { error, code, fields } = {}, retryAfter = 0) {
    super(error || t(status === 0 ? "error.network" : "error.unknown"));
    this.status = status;
    this.code = code ?? "";
    this.fields = fields ?? {};
    this.retryAfter = retryAfter;
  }
}

const csrfMeta = (page = document) => page.querySelector('meta[name="csrf-token"]');

/** Takes the token of the session that there is now, as after signing in again in another tab; true if it is another one. */
async function renewCsrfToken() {
  const page = await fetch(location.href, { credentials: "same-origin", cache: "no-store" }).then((response) => response.text()).catch(() => "");
  const token = csrfMeta(new DOMParser().parseFromString(page, "text/html"))?.content;
  if (!token || token === csrfMeta().content) return false;
  csrfMeta().content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
  return true;
}

function toLogin() {
  const here = location.pathname + location.search;
  location.replace(`/login?next=${encodeURIComponent(here)}`);
  return new Promise(() => {});  // the page is on its way out
}

async function answerOf(response) {
  if (response.status === 204) return null;
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return response.ok ? null : {};
  }
}

async function send(method, url, body, signal) {
  const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfMeta().content;
  if (body !== undefined && !(body instanceof FormData) && !(body instanceof Blob)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  try {
    return await fetch(url, { method, headers, body, signal, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new ApiError(0);
  }
}

/** The parsed answer; throws ApiError. Without a session the page goes to sign in, unless something typed would be lost by it. */
export async function request(method, url, body, { signal } = {}) {
  let response = await send(method, url, body, signal);
  if (response.status === 403 && method !== "GET" && await renewCsrfToken()) response = await send(method, url, body, signal);
  if (response.status === 401 && !isAnythingUnsaved()) return toLogin();
  if (response.status === 401) throw new ApiError(401, { error: t("error.session_ended"), code: "unauthorized" });
  const answer = await answerOf(response);
  if (!response.ok) throw new ApiError(response.status, answer, Number(response.headers.get("Retry-After")) || 0);
  return answer;
}

export const isHealthy = () => fetch("/health", { cache: "no-store" }).then(({ ok }) => ok, () => false);
export const get = (url, options) => request("GET", url, undefined, options);
export const post = (url, body = {}) => request("POST", url, body);
export const put = (url, body = {}) => request("PUT", url, body);
export const remove = (url) => request("DELETE", url);

/** For requests of which only the newest counts: each call gives the signal for it, and ends the one before with an AbortError. */
export function newestOnly() {
  let under = null;
  return () => {
    under?.abort();
    under = new AbortController();
    return under.signal;
  };
}
export const isAborted = (error) => error.name === "AbortError";

/** "?a=1&b=2" without the empty ones. */
export function query(values) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== "" && value !== null && value !== undefined) parameters.set(name, value);
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

/** Changes parameters of this page's address without a new entry in the history; empty ones go. */
export function remember(values) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === "" || value === null || value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(history.state, "", url);
}

export const remembered = (name, otherwise = "") => new URLSearchParams(location.search).get(name) ?? otherwise;
