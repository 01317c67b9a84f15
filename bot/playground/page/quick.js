// Ctrl or Cmd + K: jump to a channel or become another person by typing.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { nameOf, redraw, setUi, store } from "./state.js";

export function watchQuickKey() {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    setUi({ quick: store.ui.quick ? null : { query: "", active: 0 } });
  });
}

export function quickSwitch() {
  const { quick } = store.ui;
  if (!quick) return null;
  const found = matches(store.panes[store.active] || store.panes[0], quick.query);
  const close = () => setUi({ quick: null });
  const run = (one) => {
    close();
    one?.run();
  };
  return h("dialog", { class: "quick", key: "quick", "aria-label": "Jump to", mount: (el) => el.showModal(), onclose: close, onclick: (event) => event.target === event.currentTarget && close() },
    h("input", {
      type: "text", class: "text-input", "aria-label": "Jump to", placeholder: "A channel or a person", value: quick.query, autofocus: true,
      oninput: (event) => setQuery(event.target.value), onkeydown: (event) => keys(event, found, run),
    }),
    h("div", { class: "quick-list", role: "listbox", "aria-label": "Found" }, found.map((one, index) => h("button", {
      type: "button", role: "option", "aria-selected": String(index === quick.active), key: one.key, class: index === quick.active ? "menu-item active" : "menu-item", onclick: () => run(one),
    }, one.sign, h("span", { class: "menu-label" }, one.name, h("small", null, one.about))))));
}

function setQuery(query) {
  store.ui.quick = { query, active: 0 };
  redraw();
}

function keys(event, found, run) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    store.ui.quick.active = (store.ui.quick.active + step + found.length) % Math.max(1, found.length);
    redraw();
  } else if (event.key === "Enter") run(found[store.ui.quick.active]);
}

function matches(pane, query) {
  const places = pane.data.channels.map((one) => ({
    key: one.id, name: one.kind === "im" ? one.name || pane.botName : `#${one.name}`, about: one.kind === "im" ? "Direct message" : "Channel",
    sign: icon(one.kind === "im" ? "reply" : "hash"), run: () => pane.openChannel(one.id),
  }));
  const home = { key: "home", name: `${pane.botName} Home`, about: "App", sign: icon("home"), run: () => pane.openHome() };
  const people = pane.data.people.filter((one) => !one.deleted).map((one) => ({
    key: one.id, name: nameOf(one), about: `Become ${nameOf(one)}`, sign: avatar(one.id, nameOf(one), "tiny"), run: () => pane.become(one.id),
  }));
  return [...places, home, ...people].filter((one) => one.name.toLowerCase().includes(query.toLowerCase())).slice(0, 9);
}
