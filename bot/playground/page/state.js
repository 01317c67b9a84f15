// What the whole page shares: its panes, what lies over them, and when to draw.
// What one person sees, and what is typed there, belongs to their pane (pane.js).

import { parseRoute } from "./route.js";

export const store = {
  panes: [], route: parseRoute(), active: 0, offline: false, clockOffset: 0, epoch: 0,
  ui: { menu: null, quick: null, viewer: null, busy: new Set() },
};

let draw = () => {};
let asked = false;
let framed = false;

export function onChange(handler) {
  draw = handler;
}

/** Draw again. Typing and new messages leave everything else as it was built. */
export function redraw({ typing = false, arrived = false } = {}) {
  if (!typing && !arrived) store.epoch += 1;
  if (arrived && !document.hidden) return inNextFrame();
  if (asked) return;
  asked = true;
  queueMicrotask(() => {
    asked = false;
    draw();
  });
}

// However many messages arrive, the eye gets one picture a frame.
function inNextFrame() {
  if (framed) return;
  framed = true;
  requestAnimationFrame(() => {
    framed = false;
    draw();
  });
}

export function setUi(changes) {
  Object.assign(store.ui, changes);
  redraw();
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

export function listen() {
  // A browser keeps six connections to a host: a tab that nobody looks at gives its own back.
  let events = null;
  const look = () => {
    events?.close();
    events = document.hidden ? null : open();
  };
  document.addEventListener("visibilitychange", look);
  look();
}

function open() {
  const events = new EventSource("/playground/events");
  events.onmessage = (event) => {
    const { revision } = JSON.parse(event.data);
    for (const pane of store.panes) if (pane.data?.revision !== revision) pane.refreshSoon();
  };
  events.onerror = () => {
    store.offline = true;
    redraw();
  };
  events.onopen = () => store.panes.forEach((pane) => pane.refresh());
  return events;
}

export function nameOf(user) {
  return user ? user.real_name || user.name || user.id : "Someone";
}
