// Choosing one: the browser's own list, which every keyboard and screen reader
// knows. Radio buttons and checkboxes are here too: they choose from options.

import { h } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { current, fieldOf, put } from "../values.js";
import { dispatch } from "../actions.js";
import { nameOf } from "../state.js";

export async function choose(element, ctx, blockId, field, value) {
  const send = () => dispatch(ctx, blockId, element, { [fieldOf(element.type)]: value });
  if (!field.dispatches) return put(ctx, blockId, element, value);
  const before = current(ctx, blockId, element);
  put(ctx, blockId, element, value);
  // Slack takes the choice back when its confirmation is declined.
  if (!(await send())) put(ctx, blockId, element, before);
}

const optionWords = (option) => option.text.text + (option.description ? ` — ${option.description.text}` : "");

export function staticSelect(element, ctx, blockId, field) {
  const all = element.option_groups ? element.option_groups.flatMap((group) => group.options) : element.options || [];
  const pick = (value) => choose(element, ctx, blockId, field, all.find((option) => option.value === value) || null);
  const list = (options) => options.map((option) => h("option", { value: option.value, key: option.value }, optionWords(option)));
  const body = element.option_groups
    ? element.option_groups.map((group) => h("optgroup", { label: group.label.text }, list(group.options)))
    : list(all);
  return nativeSelect(element, field, current(ctx, blockId, element)?.value, pick, body);
}

function nativeSelect(element, field, value, pick, body) {
  return h("span", { class: "select-wrap" },
    h("select", { ...field.aria, class: value ? "select" : "select unset", name: element.action_id, value: value ?? "", onchange: (event) => pick(event.target.value) },
      h("option", { value: "", key: "__none" }, element.placeholder?.text || "Choose an option"), body));
}

export function personSelect(element, ctx, blockId, field) {
  const pick = (id) => choose(element, ctx, blockId, field, id || null);
  const options = peopleOptions(ctx.pane).map((option) => h("option", { value: option.value, key: option.value }, option.text.text));
  return nativeSelect(element, field, current(ctx, blockId, element), pick, options);
}

export function peopleOptions(pane) {
  return pane.data.people.filter((person) => !person.deleted)
    .map((person) => ({ value: person.id, text: { type: "plain_text", text: nameOf(person) } }));
}

export function placeSelect(element, ctx, blockId, field) {
  const pick = (id) => choose(element, ctx, blockId, field, id || null);
  const options = placeOptions(ctx.pane).map((option) => h("option", { value: option.value, key: option.value }, option.text.text));
  return nativeSelect(element, field, current(ctx, blockId, element), pick, options);
}

export function placeOptions(pane) {
  return pane.data.channels.filter((channel) => channel.kind === "channel")
    .map((channel) => ({ value: channel.id, text: { type: "plain_text", text: `#${channel.name}` } }));
}

export function radioButtons(element, ctx, blockId, field) {
  const chosen = current(ctx, blockId, element)?.value;
  const pick = (option) => () => choose(element, ctx, blockId, field, option);
  return choices("radio", element, ctx, field, (option) => option.value === chosen, pick);
}

export function checkboxes(element, ctx, blockId, field) {
  const chosen = current(ctx, blockId, element) || [];
  const has = (option) => chosen.some((one) => one.value === option.value);
  const pick = (option) => () => choose(element, ctx, blockId, field,
    has(option) ? chosen.filter((one) => one.value !== option.value) : [...chosen, option]);
  return choices("checkbox", element, ctx, field, has, pick);
}

function choices(kind, element, ctx, field, isChosen, pick) {
  const { id, ...aria } = field.aria;
  return h("div", { ...aria, id, class: "choices", role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": field.labelId },
    element.options.map((option) => h("label", { class: "choice", key: option.value },
      h("input", { type: kind, name: id, value: option.value, checked: isChosen(option), onchange: pick(option) }),
      h("span", { class: "choice-text" }, textObject(ctx.pane, option.text),
        option.description ? h("small", null, textObject(ctx.pane, option.description)) : null))));
}
