// The bar above the simulated client: who we are, what time it is, and the tools.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, badge, byOrganisation, placeOf, titleOf } from "./people.js";
import { clock } from "./clock.js";
import { isDark, toggleTheme } from "./theme.js";
import { guideShown, toggleGuide } from "./guide.js";
import { hasFailed } from "./inspector.js";
import { isOpen, place, toggleMenu } from "./popup.js";
import { become, go } from "./route.js";
import { me, nameOf, person, store } from "./state.js";

export function topBar() {
  return h("header", { class: "topbar", key: "topbar" },
    h("div", { class: "brand" }, h("img", { src: "/static/icon.svg", alt: "", width: 26, height: 26 }),
      h("span", { class: "brand-name" }, "Steward"), h("span", { class: "brand-kind" }, "playground")),
    personSwitch(),
    h("div", { class: "tools" }, clock(), tool("guide", "Guide", guideShown(), toggleGuide), inspectorTool(),
      h("button", { type: "button", class: "icon-button", "aria-label": isDark() ? "Light theme" : "Dark theme", title: "Theme", onclick: toggleTheme },
        icon(isDark() ? "sun" : "moon"))));
}

function tool(sign, name, on, run, extra) {
  return h("button", { type: "button", class: on ? "tool on" : "tool", "aria-pressed": String(on), onclick: run, key: name },
    icon(sign), h("span", { class: "tool-name" }, name), extra);
}

let firstSeen;

function inspectorTool() {
  // What failed before anybody looked is in the list, but raises no alarm.
  firstSeen ??= store.data.deliveries[0]?.id ?? 0;
  const failed = store.data.deliveries.filter((one) => one.id > firstSeen && hasFailed(one)).length;
  const on = Boolean(store.route.inspector);
  return tool("pulse", "Inspector", on, () => go({ inspector: on ? "" : "1" }),
    failed ? h("span", { class: "count", title: `${failed} failed` }, failed) : null);
}

const KEY = "people";

function personSwitch() {
  const one = person(me());
  const open = isOpen(KEY);
  return h("div", { class: "person-switch", "data-menu": KEY },
    h("button", {
      type: "button", class: "person-button", "data-anchor": "", "aria-haspopup": "listbox", "aria-expanded": String(open),
      "aria-label": `Viewing as ${one ? nameOf(one) : "nobody"}. Switch person`, onclick: () => toggleMenu(KEY),
    }, one ? avatar(one.id, nameOf(one), "small") : null,
    h("span", { class: "person-words" }, h("small", null, "Viewing as"), h("strong", null, one ? nameOf(one) : "…"),
      one ? h("span", { class: "person-title" }, placeOf(one)) : null),
    icon("chevron", 16)),
    open ? cast() : null);
}

function cast() {
  const mount = (el) => {
    place(el);
    el.querySelector("[aria-selected=true]")?.focus();
  };
  return h("div", { class: "menu cast", role: "listbox", "aria-label": "People", popover: "manual", mount, after: (el) => place(el), onkeydown: walk },
    byOrganisation().map(([team, people]) => h("div", { role: "group", "aria-label": team, key: team },
      h("div", { class: "menu-heading" }, team), people.map(castMember))));
}

function castMember(one) {
  const on = one.id === me();
  return h("button", { type: "button", role: "option", "aria-selected": String(on), class: on ? "menu-item active" : "menu-item", key: one.id, "data-person": one.id, onclick: () => become(one.id) },
    avatar(one.id, nameOf(one), "small"),
    h("span", { class: "menu-label" }, h("span", null, nameOf(one), badge(one)), h("small", null, titleOf(one))),
    on ? icon("check", 16) : null);
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...this.querySelectorAll("button")];
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
}
