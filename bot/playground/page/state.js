// The one store: `data` is what the server says this person sees, `ui` is what
// only this page knows (menus, drafts, drawers). Any change draws the page again.

import { get, post } from "./api.js";
import { parseRoute } from "./route.js";

export const store = { data: null, route: parseRoute(), ui: { drafts: {}, toasts: [], busy: new Set() }, offline: false };

let draw = () => {};
let drawing = false;

export function onChange(handler) {
  draw = handler;
}

let epoch = 0;
const kept = new Map();

/** A part that typing cannot change is built once and kept until the next real change. */
export function unlessTyping(key, build) {
  const found = kept.get(key);
  if (found?.epoch === epoch) return found.vnode;
  if (found && kept.size > 50) kept.clear();
  const vnode = build();
  kept.set(key, { epoch, vnode });
  return vnode;
}

/** Draw again; while somebody types, only the field and what hangs on it. */
export function redraw({ typing = false } = {}) {
  if (!typing) epoch += 1;
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    draw();
  });
}

export function setUi(changes) {
  Object.assign(store.ui, changes);
  redraw();
}

let fetching = null;
let again = false;

/** Ask for the whole state; calls made meanwhile share one more fetch. */
export function refresh() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = fetchState().finally(() => {
    fetching = null;
    if (again) {
      again = false;
      return refresh();
    }
  });
  return fetching;
}

async function fetchState() {
  const asked = store.route.as || "";
  if (!asked) return;
  const answer = await get(`/playground/state?as=${encodeURIComponent(asked)}`);
  store.offline = Boolean(answer.cause);
  // A late answer for the person we just left must not flash on screen.
  if (asked !== (store.route.as || "")) again = true;
  else if (answer.ok) store.data = answer;
  store.refusal = answer.ok || answer.cause ? "" : answer.error;
  redraw();
}

export function listen() {
  // A browser keeps six connections to a host: a tab that nobody looks at gives its own back.
  let events = open();
  document.addEventListener("visibilitychange", () => {
    events.close();
    if (!document.hidden) events = open();
  });
}

function open() {
  const events = new EventSource("/playground/events");
  events.onmessage = (event) => {
    const { revision } = JSON.parse(event.data);
    if (!store.data || revision !== store.data.revision) refresh();
  };
  events.onerror = () => {
    store.offline = true;
    redraw();
  };
  events.onopen = () => refresh();
  return events;
}

export function me() {
  return store.route.as || (typeof store.data?.me === "string" ? store.data.me : store.data?.me?.id) || "";
}

/** Send as the person on screen; what goes wrong becomes a toast. */
export async function act(name, body, { quiet = false } = {}) {
  const answer = await post(name, { as: me(), ...body });
  const words = answer.toast || (answer.ok ? "" : answer.error);
  if (words && !quiet) toast(words, answer.ok ? "info" : "error");
  refresh();
  return answer;
}

/** Mark a control busy while its request is under way; a second click is ignored. */
export async function whileBusy(key, work) {
  if (store.ui.busy.has(key)) return undefined;
  store.ui.busy.add(key);
  redraw();
  try {
    return await work();
  } finally {
    store.ui.busy.delete(key);
    redraw();
  }
}

let toastCount = 0;

export function toast(words, kind = "info") {
  // The same trouble may be told by the answer and by the next state.
  if (store.ui.toasts.some((entry) => entry.text === String(words))) return;
  const entry = { id: `local-${++toastCount}`, text: String(words), kind };
  store.ui.toasts = [...store.ui.toasts, entry].slice(-3);
  redraw();
  setTimeout(() => dismissToast(entry.id), kind === "error" ? 9000 : 5000);
}

export function dismissToast(id) {
  setUi({ toasts: store.ui.toasts.filter((entry) => entry.id !== id) });
}

export function person(id) {
  const { app, people } = store.data || { people: [] };
  if (app && id === app.bot_user) return { id, name: app.bot_name, bot: true };
  return people.find((candidate) => candidate.id === id);
}

export function botName() {
  return store.data?.app?.bot_name || "Steward";
}

export function channel(id) {
  return store.data?.channels.find((candidate) => candidate.id === id);
}

export function nameOf(user) {
  return user ? user.real_name || user.name || user.id : "Someone";
}
