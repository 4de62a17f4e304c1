// Short messages in the corner; those about trouble stay until they are read.
import { el, icon } from "./dom.js";
import { t } from "./i18n.js";
import { signInAgain } from "./session.js";

function tray() {
  const present = document.querySelector(".toasts");
  if (present) return present;
  const made = el("div.toasts", { popover: "manual", role: "status", "aria-live": "polite" });
  document.body.append(made);
  return made;
}

function show(kind, symbol, message) {
  const box = tray();
  const close = el("button.button.quiet.icon", { type: "button", "aria-label": t("common.close"), onclick: () => gone() }, icon("xmark"));
  const node = el(`div.toast.${kind}`, {}, icon(symbol), el("div", {}, message), close);
  const gone = () => {
    node.remove();
    if (box.childElementCount === 0 && box.matches(":popover-open")) box.hidePopover();
  };
  // Shown again so that it stands above a dialog that was opened since.
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
  box.append(node);
  while (box.childElementCount > 4) box.firstElementChild.remove();
  setTimeout(gone, kind === "bad" ? 12000 : 5000);
}

export const done = (message) => show("ok", "circle-check", message);
export const failed = (error) => show("bad", "circle-exclamation", [error?.message ?? String(error), " ", signInAgain(error)]);
