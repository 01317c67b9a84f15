// Where one types: commands are suggested after "/", people after "@"; Enter sends.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fileChip, uploadAll } from "./elements/files.js";
import { avatar } from "./people.js";
import { menuButton } from "./popup.js";
import { nameOf, redraw, store, whileBusy } from "./state.js";

function draftOf(pane, key) {
  return (pane.ui.drafts[key] ||= { text: "", files: [], active: 0, closed: false });
}

export function composer(pane, channel, thread) {
  const key = `p${pane.side}-${pane.me}-${channel.id}-${thread || ""}`;
  const draft = draftOf(pane, key);
  const offers = draft.closed ? [] : suggestions(pane, draft.text, thread);
  const place = channel.kind === "im" ? channel.name || pane.botName : `#${channel.name}`;
  const label = thread ? "Write a reply" : `Message ${place}`;
  const state = { pane, key, draft, offers, channel, thread };
  if (channel.member === false) return joinNote(pane, channel);
  if (channel.archived) return h("div", { class: "composer-note" }, "This channel is archived.");
  return h("form", { class: "composer", key: `composer-${key}`, onsubmit: (event) => event.preventDefault() },
    offers.length ? suggestionList(state) : null,
    h("div", { class: "composer-box", key: "box", ondragover: (event) => event.preventDefault(), ondrop: (event) => drop(event, state) },
      field(state, label),
      draft.files.length ? h("div", { class: "composer-files" }, draft.files.map((file) => fileChip(file, () => removeFile(draft, file)))) : null,
      bar(state)));
}

function joinNote(pane, channel) {
  return h("div", { class: "composer-note" }, h("p", null, `You are not a member of #${channel.name}.`),
    h("button", { type: "button", class: "button primary", onclick: () => pane.act("join", { channel: channel.id }) }, "Join channel"));
}

function field(state, label) {
  const { key, draft, offers } = state;
  return h("textarea", {
    key: "text", rows: 1, "aria-label": label, placeholder: label, value: draft.text, "aria-autocomplete": "list", "aria-haspopup": "listbox",
    "aria-controls": offers.length ? `${key}-offers` : undefined, "aria-activedescendant": offers.length ? `${key}-${draft.active}` : undefined,
    oninput: (event) => type(draft, event.target), onkeydown: (event) => keydown(event, state), mount: growing, after: (el) => el.value !== el.__grownFor && growing(el),
  });
}

/** As high as its text, up to a limit that the style sheet sets. */
export function growing(el) {
  el.style.height = "auto";
  el.style.height = `${el.scrollHeight + 2}px`;
  el.__grownFor = el.value;
}

function bar(state) {
  const { draft } = state;
  const take = (event) => attach(event.target.files, state).then(() => (event.target.value = ""));
  const full = draft.text.trim() || draft.files.length;
  return h("div", { class: "composer-bar" },
    h("label", { class: "icon-button", title: "Attach files" }, icon("clip"),
      h("input", { type: "file", multiple: true, class: "visually-hidden", "aria-label": "Attach files", onchange: take })),
    globalShortcuts(state),
    h("span", { class: "composer-hint" }, h("kbd", null, "Enter"), " sends, ", h("kbd", null, "/"), " lists commands"),
    h("button", { type: "button", class: full ? "send ready" : "send", "aria-label": "Send", disabled: !full || busy(state), onclick: () => send(state) }, icon("send")));
}

function globalShortcuts({ pane, key }) {
  const list = pane.data.shortcuts.filter((one) => one.type === "global");
  if (!list.length) return null;
  const items = () => list.map((one) => ({ label: one.name, hint: pane.botName, icon: "bolt", run: () => pane.act("shortcut", { callback_id: one.callback_id }) }));
  return menuButton(`shortcuts-${key}`, { label: "Shortcuts", content: icon("bolt"), items, align: "start" });
}

function busy({ key }) {
  return store.ui.busy.has(key);
}

function type(draft, el) {
  Object.assign(draft, { text: el.value, active: 0, closed: false });
  redraw({ typing: true });
}

function suggestions(pane, text, thread) {
  const command = /^\/\S*$/.exec(text);
  if (command && !thread) return commandOffers(pane, text);
  const typed = /^(\/\S+) /.exec(text);
  if (typed && !thread) return commandOffers(pane, typed[1]).filter((offer) => offer.name === typed[1]).map((offer) => ({ ...offer, passive: true }));
  const at = /(?:^|\s)@([\w.-]*)$/.exec(text);
  return at ? peopleOffers(pane, at[1], text) : [];
}

function commandOffers(pane, text) {
  return pane.data.commands.filter((one) => one.command.startsWith(text)).map((one) => ({
    name: one.command, hint: one.usage_hint, about: one.description, insert: `${one.command} `,
  }));
}

function peopleOffers(pane, query, text) {
  const start = text.slice(0, text.length - query.length);
  const app = { id: "app", name: pane.botName, title: "APP", bot: true };
  return [app, ...pane.data.people].filter((one) => !one.deleted && nameOf(one).toLowerCase().startsWith(query.toLowerCase())).slice(0, 7)
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
  } else if (event.key === "ArrowUp" && !draft.text) {
    editLast(event, state);
  }
}

// From an empty field, the arrow leads back to what one wrote last.
function editLast(event, { pane, channel, thread }) {
  const mine = channel.messages.filter((one) => one.user === pane.me && !one.bot && !one.deleted && (one.thread_ts || "") === (thread || ""));
  if (!mine.length) return;
  event.preventDefault();
  pane.setUi({ editing: mine.at(-1).ts });
}

// A whole command on its own is meant to be sent, not completed once more.
function isExact({ draft, offers }) {
  return offers[draft.active].name === draft.text.trim() || typedNameIs(offers[draft.active], draft.text);
}

function typedNameIs(offer, text) {
  return Boolean(offer.person) && typedName(offer.person) === text.split("@").at(-1);
}

async function send(state) {
  const { pane, key, draft, channel, thread } = state;
  const text = draft.text.trim();
  if (!text && !draft.files.length) return;
  draft.closed = true;
  await whileBusy(key, async () => {
    const answer = /^\/[a-z]/.test(text) ? await pane.act("command", { channel: channel.id, text, thread_ts: thread })
      : await pane.act("message", { channel: channel.id, text, thread_ts: thread, files: draft.files.map((file) => file.id) });
    // What did not arrive stays in the field, so that nobody types it twice.
    if (answer?.ok) Object.assign(draft, { text: "", files: [], active: 0 });
  });
}

async function attach(files, { pane, draft }) {
  const chosen = [...files];
  if (!chosen.length) return;
  const note = pane.toast(chosen.length === 1 ? `Uploading ${chosen[0].name}` : `Uploading ${chosen.length} files`);
  draft.files.push(...(await uploadAll(pane, chosen)));
  pane.dismiss(note);
}

function drop(event, state) {
  event.preventDefault();
  attach(event.dataTransfer.files, state);
}

function removeFile(draft, file) {
  draft.files = draft.files.filter((one) => one !== file);
  redraw();
}
