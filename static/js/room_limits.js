// The dialog for the limits of one room; used where rooms and where devices are listed.
import { get, put } from "./request.js";
import { formDialog } from "./dialog.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { done, failed } from "./toast.js";

const shown = (limit, unit) => t("climate.limits_hint", { limit: limit === null ? t("climate.limits_none") : format.joined({ value: format.exact(limit), unit }) });

/** Asks for the limits of the device `uid`, which people call `room`; true when they were saved. */
export async function editRoomLimits(uid, room) {
  const url = `/login/climate/limits?mac=${encodeURIComponent(uid)}`;
  let own;
  let general;
  try {
    [own, { limits: general }] = await Promise.all([get(url), get("/login/climate/json")]);
  } catch (error) {
    failed(error);
    return false;
  }
  const field = (name, label, unit, limit) => ({ name, label, value: format.typed(own[name]), unit, hint: shown(limit, unit), attributes: { inputmode: "decimal" } });
  const saved = await formDialog({
    title: t("climate.limits"), intro: t("climate.limits_text", { room }),
    fields: [field("max_temperature", t("settings.max_temperature"), "°C", general.temperature), field("max_humidity", t("settings.max_humidity"), "%", general.humidity)],
    save: (values) => put(url, { max_temperature: format.entered(values.max_temperature), max_humidity: format.entered(values.max_humidity) }),
  });
  if (saved) done(t("climate.limits_saved"));
  return saved;
}
