// Where one types: commands are suggested after "/", people after "@"; Enter sends.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fileChip, uploadAll } from "./elements/files.js";
import { avatar } from "./people.js";
import { menuButton } from "./popup.js";
import { act, me, nameOf, redraw, store, toast, whileBusy } from "./state.js";

function draftOf(key) {
  return (store.ui.drafts[key] ||= { text: "", files: [], active: 0, closed: false });
}

export function composer(channel, thread) {
  const key = `${me()}|${channel.id}|${thread || ""}`;
  const draft = draftOf(key);
  const offers = draft.closed ? [] : suggestions(draft.text, thread);
  const place = channel.kind === "im" ? channel.name || "Steward" : `#${channel.name}`;
  const label = thread ? "Write a reply" : `Message ${place}`;
  const state = { key, draft, offers, channel, thread };
  if (channel.member === false) return joinNote(channel);
  if (channel.archived) return h("div", { class: "composer-note" }, "This channel is archived.");
  return h("form", { class: "composer", key: `composer-${key}`, onsubmit: (event) => event.preventDefault() },
    offers.length ? suggestionList(state) : null,
    h("div", { class: "composer-box", key: "box", ondragover: (event) => event.preventDefault(), ondrop: (event) => drop(event, draft) },
      field(state, label),
      draft.files.length ? h("div", { class: "composer-files" }, draft.files.map((file) => fileChip(file, () => removeFile(draft, file)))) : null,
      bar(state)));
}

function joinNote(channel) {
  return h("div", { class: "composer-note" }, h("p", null, `You are not a member of #${channel.name}.`),
    h("button", { type: "button", class: "button primary", onclick: () => act("join", { channel: channel.id }) }, "Join channel"));
}

function field(state, label) {
  const { key, draft, offers } = state;
  return h("textarea", {
    key: "text", rows: 1, "aria-label": label, placeholder: label, value: draft.text, role: "combobox", "aria-autocomplete": "list",
    "aria-expanded": String(offers.length > 0), "aria-controls": `${key}-offers`, "aria-activedescendant": offers.length ? `${key}-${draft.active}` : undefined,
    oninput: (event) => type(draft, event.target), onkeydown: (event) => keydown(event, state), mount: growing, after: growing,
  });
}

/** As high as its text, up to a limit that the style sheet sets. */
export function growing(el) {
  el.style.height = "auto";
  el.style.height = `${el.scrollHeight + 2}px`;
}

function bar(state) {
  const { draft } = state;
  const take = (event) => attach(event.target.files, draft).then(() => (event.target.value = ""));
  const full = draft.text.trim() || draft.files.length;
  return h("div", { class: "composer-bar" },
    h("label", { class: "icon-button", title: "Attach files" }, icon("clip"), h("span", { class: "visually-hidden" }, "Attach files"),
      h("input", { type: "file", multiple: true, class: "visually-hidden", onchange: take })),
    globalShortcuts(state),
    h("span", { class: "composer-hint" }, h("kbd", null, "Enter"), " sends, ", h("kbd", null, "/"), " lists commands"),
    h("button", { type: "button", class: full ? "send ready" : "send", "aria-label": "Send", disabled: !full || busy(state), onclick: () => send(state) }, icon("send")));
}

function globalShortcuts({ key }) {
  const list = store.data.shortcuts.filter((one) => one.type === "global");
  if (!list.length) return null;
  const items = () => list.map((one) => ({ label: one.name, hint: "Steward", icon: "bolt", run: () => act("shortcut", { callback_id: one.callback_id }) }));
  return menuButton(`shortcuts-${key}`, { label: "Shortcuts", content: icon("bolt"), items, align: "start" });
}

function busy({ key }) {
  return store.ui.busy.has(key);
}

function type(draft, el) {
  Object.assign(draft, { text: el.value, active: 0, closed: false });
  redraw({ typing: true });
}

function suggestions(text, thread) {
  const command = /^\/\S*$/.exec(text);
  if (command && !thread) return commandOffers(text);
  const typed = /^(\/\S+) /.exec(text);
  if (typed && !thread) return commandOffers(typed[1]).filter((offer) => offer.name === typed[1]).map((offer) => ({ ...offer, passive: true }));
  const at = /(?:^|\s)@([\w.-]*)$/.exec(text);
  return at ? peopleOffers(at[1], text) : [];
}

function commandOffers(text) {
  return store.data.commands.filter((one) => one.command.startsWith(text)).map((one) => ({
    name: one.command, hint: one.usage_hint, about: one.description, insert: `${one.command} `,
  }));
}

function peopleOffers(query, text) {
  const start = text.slice(0, text.length - query.length);
  const app = { id: "app", name: "Steward", title: "APP", bot: true };
  return [app, ...store.data.people].filter((one) => !one.deleted && nameOf(one).toLowerCase().startsWith(query.toLowerCase())).slice(0, 7)
    .map((one) => ({ name: nameOf(one), about: one.title, person: one, insert: `${start}${typedName(one)} ` }));
}

// What the local Slack resolves is the short name; the full one reads better where both are the same.
function typedName(one) {
  const same = nameOf(one).toLowerCase() === one.name.toLowerCase();
  return (same ? nameOf(one) : one.name).replace(/ /g, ".");
}

function suggestionList({ key, draft, offers }) {
  return h("div", { class: "suggestions", key: "offers", role: "listbox", id: `${key}-offers`, "aria-label": "Suggestions" },
    offers.map((offer, index) => h("div", {
      role: "option", id: `${key}-${index}`, key: offer.name, class: index === draft.active && !offer.passive ? "suggestion active" : "suggestion",
      "aria-selected": String(index === draft.active), onpointerdown: (event) => pick(event, draft, offer),
    }, offer.person ? avatar(offer.person.id, offer.name, "tiny", offer.person.bot) : null,
    h("strong", null, offer.name), offer.hint ? h("code", null, offer.hint) : null, h("span", null, offer.about))));
}

function pick(event, draft, offer) {
  event.preventDefault();
  if (offer.passive) return;
  Object.assign(draft, { text: offer.insert, active: 0 });
  redraw({ typing: true });
}

function keydown(event, state) {
  const { draft, offers } = state;
  if (event.isComposing) return;
  const choosing = offers.length > 0 && !offers[0].passive;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (choosing && step) {
    event.preventDefault();
    draft.active = (draft.active + step + offers.length) % offers.length;
    redraw({ typing: true });
  } else if (choosing && (event.key === "Tab" || (event.key === "Enter" && !isExact(state)))) {
    pick(event, draft, offers[draft.active]);
  } else if (offers.length && event.key === "Escape") {
    event.preventDefault();
    draft.closed = true;
    redraw({ typing: true });
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send(state);
  }
}

// A whole command on its own is meant to be sent, not completed once more.
function isExact({ draft, offers }) {
  return offers[draft.active].name === draft.text.trim() || typedNameIs(offers[draft.active], draft.text);
}

function typedNameIs(offer, text) {
  return Boolean(offer.person) && typedName(offer.person) === text.split("@").at(-1);
}

async function send(state) {
  const { key, draft, channel, thread } = state;
  const text = draft.text.trim();
  if (!text && !draft.files.length) return;
  draft.closed = true;
  await whileBusy(key, async () => {
    const answer = /^\/[a-z]/.test(text) ? await sendCommand(text, channel, thread) : await sendMessage(draft, text, channel, thread);
    // What did not arrive stays in the field, so that nobody types it twice.
    if (answer?.ok) Object.assign(draft, { text: "", files: [], active: 0 });
  });
}

function sendCommand(text, channel, thread) {
  return act("command", { channel: channel.id, text, thread_ts: thread });
}

function sendMessage(draft, text, channel, thread) {
  return act("message", { channel: channel.id, text, thread_ts: thread, files: draft.files.map((file) => file.id) });
}

async function attach(files, draft) {
  const chosen = [...files];
  if (!chosen.length) return;
  toast(chosen.length === 1 ? `Uploading ${chosen[0].name}` : `Uploading ${chosen.length} files`);
  draft.files.push(...(await uploadAll(chosen)));
  redraw();
}

function drop(event, draft) {
  event.preventDefault();
  attach(event.dataTransfer.files, draft);
}

function removeFile(draft, file) {
  draft.files = draft.files.filter((one) => one !== file);
  redraw();
}
