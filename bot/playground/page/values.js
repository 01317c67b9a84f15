// What people typed and chose. A draft wins over what the server last said,
// because a view may be updated while somebody types in it.

import { redraw } from "./state.js";

const drafts = new Map();

// element type → [field of its state, field of the block with its initial value]
const FIELDS = {
  plain_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  radio_buttons: ["selected_option", "initial_option"],
  checkboxes: ["selected_options", "initial_options"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  file_input: ["files", "initial_files"],
};

export function fieldOf(type) {
  return FIELDS[type]?.[0];
}

function draftKey(ctx, blockId, element) {
  return `${ctx.key}|${blockId}|${element.action_id}`;
}

export function current(ctx, blockId, element) {
  const draft = drafts.get(draftKey(ctx, blockId, element));
  const [field, initial] = FIELDS[element.type];
  if (draft !== undefined && stillOffered(element, draft.value)) return draft.value;
  const known = ctx.values?.[blockId]?.[element.action_id];
  return known && known[field] !== undefined && known[field] !== null ? known[field] : element[initial];
}

// An update may take an option away; what was chosen goes with it.
function stillOffered(element, value) {
  if (!value || !(element.options || element.option_groups)) return true;
  const offered = element.options || element.option_groups.flatMap((group) => group.options);
  return [value].flat().every((one) => offered.some((option) => option.value === one.value));
}

export function put(ctx, blockId, element, value) {
  drafts.set(draftKey(ctx, blockId, element), { value });
  redraw({ typing: ctx.container.type === "view" });
  if (ctx.container.type !== "view") return;
  if (!unsaid.has(ctx.key)) unsaid.set(ctx.key, new Set());
  unsaid.get(ctx.key).add(`${blockId}|${element.action_id}`);
  tellServer(ctx);
}

export function forget(key) {
  for (const name of drafts.keys()) if (name.startsWith(`${key}|`)) drafts.delete(name);
}

export function blockId(block, index) {
  return block.block_id || `_${index}`;
}

function elementsOf(block) {
  return block.elements || [block.element, block.accessory].filter(Boolean);
}

const unsaid = new Map();

/** What changed since the server last heard, in the shape of Slack's view.state.values. */
function changes(ctx) {
  const values = {};
  ctx.blocks.forEach((block, index) => {
    const id = blockId(block, index);
    for (const element of elementsOf(block)) {
      if (unsaid.get(ctx.key)?.has(`${id}|${element.action_id}`)) (values[id] ||= {})[element.action_id] = stateOf(ctx, id, element);
    }
  });
  return values;
}

const EMPTY_LISTS = new Set(["selected_options", "selected_users", "selected_channels", "selected_conversations", "files"]);

function stateOf(ctx, id, element) {
  const field = FIELDS[element.type][0];
  const value = current(ctx, id, element);
  const empty = EMPTY_LISTS.has(field) ? [] : null;
  return { type: element.type, [field]: value === undefined || value === "" ? empty : value };
}

const timers = new Map();

// The server keeps what is typed, so that an update from the app can preserve it.
function tellServer(ctx) {
  clearTimeout(timers.get(ctx.key));
  timers.set(ctx.key, setTimeout(() => tellNow(ctx), 400));
}

export async function tellNow(ctx) {
  const values = taken(ctx);
  if (!Object.keys(values).length) return;
  await ctx.pane.act("input", { view_id: ctx.container.view_id, values }, { quiet: true });
}

/** The changes, to be sent by whoever asks; they will not be sent twice. */
export function taken(ctx) {
  clearTimeout(timers.get(ctx.key));
  const values = changes(ctx);
  unsaid.delete(ctx.key);
  return values;
}
