// One line, many lines, addresses, numbers: everything that is typed.

import { h } from "../dom.js";
import { current, put } from "../values.js";
import { dispatch } from "../actions.js";
import { fromWallTime, wallTime } from "../dates.js";

const KINDS = { url_text_input: "url", email_text_input: "email" };

export function textInput(element, ctx, blockId, field) {
  const value = current(ctx, blockId, element) ?? "";
  const props = {
    ...shared(element, field),
    value,
    oninput: (event) => typed(element, ctx, blockId, field, event.target.value),
    onkeydown: (event) => entered(element, ctx, blockId, field, event),
  };
  const counter = element.max_length && value.length > element.max_length * 0.8
    ? h("span", { class: "counter" }, `${value.length} / ${element.max_length}`) : null;
  const control = element.multiline
    ? h("textarea", { ...props, class: "text-input multiline", rows: 4 })
    : h("input", { ...props, class: "text-input", ...numeric(element), type: KINDS[element.type] || "text" });
  return h("div", { class: "text-wrap" }, control, counter);
}

function shared(element, field) {
  return {
    ...field.aria, name: element.action_id, placeholder: element.placeholder?.text, autocomplete: "off",
    maxlength: element.max_length, mount: element.focus_on_load ? (el) => el.focus() : undefined,
  };
}

// A number field of the browser drops what it cannot read; ours keeps the text,
// so that the app's own answer to "abc" can be seen.
function numeric(element) {
  return element.type === "number_input" ? { inputmode: element.is_decimal_allowed ? "decimal" : "numeric" } : {};
}

const timers = new Map();

function typed(element, ctx, blockId, field, value) {
  put(ctx, blockId, element, value);
  if (!field.dispatches || !triggers(element).includes("on_character_entered")) return;
  const key = `${ctx.key}|${blockId}`;
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => dispatch(ctx, blockId, element, { value }), 350));
}

function triggers(element) {
  return element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
}

function entered(element, ctx, blockId, field, event) {
  if (event.key !== "Enter" || element.multiline || event.isComposing) return;
  if (!field.dispatches || !triggers(element).includes("on_enter_pressed")) return;
  event.preventDefault();
  dispatch(ctx, blockId, element, { value: event.target.value });
}

/** A rich text field is a plain one here; what is sent has Slack's shape. */
export function richTextInput(element, ctx, blockId, field) {
  const value = current(ctx, blockId, element);
  const write = (event) => put(ctx, blockId, element, richText(event.target.value));
  return h("textarea", { ...shared(element, field), class: "text-input multiline", rows: 4, value: plainOf(value), oninput: write });
}

function richText(text) {
  return text && { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

function plainOf(value) {
  return (value?.elements || []).flatMap((part) => part.elements || []).map((part) => part.text || "").join("");
}

export function dateInput(element, ctx, blockId, field) {
  const kind = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[element.type];
  const change = (event) => changed(element, ctx, blockId, field, fromInput(ctx.pane, kind, event.target.value));
  return h("input", {
    ...field.aria, type: kind, class: "text-input date-input", name: element.action_id,
    value: toInput(ctx.pane, kind, current(ctx, blockId, element)), onchange: change,
  });
}

async function changed(element, ctx, blockId, field, value) {
  put(ctx, blockId, element, value);
  const name = { datepicker: "selected_date", timepicker: "selected_time", datetimepicker: "selected_date_time" }[element.type];
  if (field.dispatches) await dispatch(ctx, blockId, element, { [name]: value });
}

function toInput(pane, kind, value) {
  return kind === "datetime-local" && value ? wallTime(pane, value * 1000) : value ?? "";
}

function fromInput(pane, kind, text) {
  if (!text) return null;
  return kind === "datetime-local" ? Math.round(fromWallTime(pane, text) / 1000) : text;
}
