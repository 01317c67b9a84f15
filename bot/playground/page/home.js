// Steward's Home, as this one person sees it.

import { h } from "./dom.js";
import { avatar } from "./people.js";
import { menuToggle } from "./shell.js";
import { drawBlocks, homeContext } from "./blocks/index.js";
import { me, store } from "./state.js";

export function homePane() {
  const { home } = store.data;
  return h("main", { class: "pane home", key: `home-${me()}`, "aria-label": "Steward Home" },
    h("div", { class: "pane-head" }, menuToggle(), avatar("app", "Steward", "small", true),
      h("div", { class: "pane-title" }, h("h1", null, "Steward"), h("span", { class: "tag app-tag" }, "APP"), h("span", { class: "topic" }, "Home"))),
    h("div", { class: "scroller", tabindex: 0, key: "scroll" },
      h("div", { class: "home-inner" },
        home?.blocks?.length ? drawBlocks(homeContext(me(), home)) : h("p", { class: "empty" }, "Steward has not published a Home for this person yet."))));
}
