// Who is looking at the page.
import { el } from "./dom.js";
import { t } from "./i18n.js";

export const isAdmin = () => document.body.dataset.role === "admin";
export const username = () => document.body.dataset.username;

/** The way to sign in again without leaving the page, for an error that says that the session has ended. */
export const signInAgain = (error) => (error?.status === 401 ? el("a", { href: "/login", target: "_blank", rel: "noopener" }, t("error.sign_in")) : null);
