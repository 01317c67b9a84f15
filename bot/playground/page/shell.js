// The sidebar: workspace, Home, channels, direct messages.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, badge, placeOf } from "./people.js";
import { go, openChannel } from "./route.js";
import { botName, me, nameOf, person, setUi, store } from "./state.js";

export function sidebar() {
  const { team, channels } = store.data;
  const places = channels.filter((one) => one.kind === "channel");
  const directs = channels.filter((one) => one.kind === "im");
  const close = () => store.ui.sidebar && setUi({ sidebar: false });
  return h("nav", { class: store.ui.sidebar ? "sidebar open" : "sidebar", "aria-label": "Workspace", key: "sidebar", onclick: close },
    h("div", { class: "workspace-name" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }, (team?.name || "W")[0]),
      h("div", null, h("strong", null, team?.name || "Workspace"), h("small", null, "simulated Slack"))),
    h("div", { class: "side-scroll" },
      store.data.app?.home_tab === false ? null : homeLink(),
      sideGroup("Channels", places, channelLink),
      sideGroup("Direct messages", directs, directLink)),
    myself());
}

function homeLink() {
  const on = Boolean(store.route.home);
  return h("button", { type: "button", class: on ? "side-link current" : "side-link", "aria-current": on ? "page" : undefined, onclick: openHome },
    icon("home"), h("span", { class: "side-name" }, `${botName()} Home`), h("span", { class: "tag app-tag" }, "APP"));
}

function openHome() {
  go({ home: "1", channel: "", thread: "", at: "" });
}

function sideGroup(title, list, draw) {
  if (!list.length) return null;
  return h("section", { class: "side-group", key: title }, h("h2", null, title), list.map(draw));
}

function sideLink(one, sign, name, extra) {
  const on = !store.route.home && store.route.channel === one.id;
  // What is on screen is about to be marked read; its badge would only flash.
  const unread = on ? 0 : one.unread;
  const classes = ["side-link", on && "current", unread && "unread"].filter(Boolean).join(" ");
  return h("button", {
    type: "button", class: classes, key: one.id, "aria-current": on ? "page" : undefined, onclick: () => openChannel(one.id),
  }, sign, h("span", { class: "side-name" }, name), extra,
  unread ? h("span", { class: "count", "aria-label": `${unread} unread` }, unread > 99 ? "99+" : unread) : null);
}

function channelLink(one) {
  const shared = one.shared_with && one.shared_with.length
    ? h("span", { class: "side-shared", title: `Shared with ${sharedNames(one)}` }, icon("shared", 14)) : null;
  return sideLink(one, icon(one.private ? "lock" : "hash"), one.name, shared);
}

export function sharedNames(one) {
  const teams = new Map(store.data.people.map((candidate) => [candidate.team, candidate.team_name]));
  return [one.shared_with].flat().map((team) => teams.get(team) || team).join(", ");
}

function directLink(one) {
  return sideLink(one, avatar(one.id, one.name, "tiny", true), one.name || "Steward", h("span", { class: "tag app-tag" }, "APP"));
}

function myself() {
  const one = person(me());
  if (!one) return null;
  return h("div", { class: "myself" }, avatar(one.id, nameOf(one), "small"),
    h("div", { class: "myself-words" }, h("strong", null, nameOf(one), badge(one)), h("small", null, placeOf(one))));
}

export function menuToggle() {
  const open = Boolean(store.ui.sidebar);
  return h("button", {
    type: "button", class: "icon-button menu-toggle", "aria-label": "Channels", "aria-expanded": String(open),
    onclick: () => setUi({ sidebar: !open }),
  }, icon("menu"));
}
