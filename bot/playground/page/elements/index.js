// Which function draws which element. To add one, write it and name it here.

import { h } from "../dom.js";
import { button, feedbackButtons, iconButton, overflow } from "./button.js";
import { dateInput, richTextInput, textInput } from "./text.js";
import { checkboxes, personSelect, placeSelect, radioButtons, staticSelect } from "./select.js";
import { picker } from "./picker.js";
import { fileInput } from "./files.js";
import { image } from "../blocks/media.js";

const ELEMENTS = {
  button, overflow, image,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  plain_text_input: textInput,
  url_text_input: textInput,
  email_text_input: textInput,
  number_input: textInput,
  rich_text_input: richTextInput,
  datepicker: dateInput,
  timepicker: dateInput,
  datetimepicker: dateInput,
  static_select: staticSelect,
  users_select: personSelect,
  channels_select: placeSelect,
  conversations_select: placeSelect,
  radio_buttons: radioButtons,
  checkboxes,
  external_select: picker,
  multi_static_select: picker,
  multi_external_select: picker,
  multi_users_select: picker,
  multi_channels_select: picker,
  multi_conversations_select: picker,
  file_input: fileInput,
};

/** field: {aria: {id, …}, labelId, dispatches}; outside input blocks everything dispatches. */
export function drawElement(element, ctx, blockId, field) {
  const draw = ELEMENTS[element.type];
  if (!draw) return unknown("element", element.type);
  return draw(element, ctx, blockId, field || bareField(element, ctx, blockId));
}

function bareField(element, ctx, blockId) {
  const label = element.accessibility_label || element.placeholder?.text || element.action_id;
  return { aria: { id: fieldId(ctx, blockId, element), "aria-label": label }, dispatches: true };
}

export function fieldId(ctx, blockId, element) {
  return `f-${ctx.key}-${blockId}-${element.action_id}`.replace(/[^\w-]/g, "_");
}

/** Slack would refuse it; here it must be seen. */
export function unknown(what, type) {
  return h("div", { class: "unknown-block", role: "alert" }, `Unknown ${what}: ${type}`);
}
