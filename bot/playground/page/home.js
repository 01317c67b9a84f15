// Steward's Home, as this one person sees it.

import { h } from "./dom.js";
import { avatar } from "./people.js";
import { menuToggle } from "./shell.js";
import { drawBlocks, homeContext } from "./blocks/index.js";

export function homePane(pane) {
  const { home } = pane.data;
  const name = pane.botName;
  return h(pane.side ? "section" : "main", { class: "pane home", key: `home-${pane.me}`, "aria-label": `${name} Home of ${pane.myName}` },
    h("div", { class: "pane-head" }, menuToggle(pane), avatar("app", name, "small", true),
      h("div", { class: "pane-title" }, h("h1", null, name), h("span", { class: "tag app-tag" }, "APP"), h("span", { class: "topic" }, "Home"))),
    h("div", { class: "scroller", tabindex: 0, key: "scroll", role: "region", "aria-label": "What the app shows you" },
      h("div", { class: "home-inner" },
        home?.blocks?.length ? drawBlocks(homeContext(pane, home)) : h("p", { class: "empty" }, pane.reading ? "Opening…" : `${name} has not published a Home for this person yet.`))));
}
