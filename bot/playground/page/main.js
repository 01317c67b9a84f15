// The page starts here: listen to the address and to the server, and draw.

import { h, patch } from "./dom.js";
import { get } from "./api.js";
import { listen, onChange, redraw, store } from "./state.js";
import { go, parseRoute } from "./route.js";
import { Pane } from "./pane.js";
import { afterDrawing, client, settle } from "./client.js";
import { topBar } from "./topbar.js";
import { inspector } from "./inspector.js";
import { faultBanner } from "./faults.js";
import { beginners, guide } from "./guide.js";
import { quickSwitch, watchQuickKey } from "./quick.js";
import { offline } from "./toasts.js";
import { viewer } from "./viewer.js";
import { closeMenu, closeMenusOnDemand } from "./popup.js";
import { applyTheme } from "./theme.js";

const root = document.getElementById("page");
const LAST = "steward-playground-person";

function draw() {
  const [first] = store.panes;
  store.panes.forEach(settle);
  if (first.refusal && !first.data) return patch(root, h("p", { class: "loading", key: "refusal", role: "alert" }, first.refusal));
  if (!first.data) return undefined;
  applyTheme();
  const clients = store.panes.map(client);
  remember(first);
  document.querySelector("#page > .loading:not([role])")?.remove();
  patch(root, h("div", { class: "app", key: "app" },
    topBar(skip), h("div", { class: "notices", key: "notices" }, faultBanner(first), offline()),
    h("div", { class: store.panes.length > 1 ? "workspace two" : "workspace", key: "workspace", "data-shown": store.active, inert: Boolean(store.ui.viewer) },
      clients,
      // One drawer at a time leaves the clients room to be themselves.
      store.route.inspector ? inspector(first) : guide()),
    quickSwitch(), viewer()));
  store.panes.forEach(afterDrawing);
  return undefined;
}

// Writing these costs more than comparing them.
function remember(pane) {
  const words = title(pane);
  if (document.title !== words) document.title = words;
  if (remembered !== pane.me) localStorage.setItem(LAST, (remembered = pane.me));
}

let remembered = "";

function skip(event) {
  event.preventDefault();
  document.querySelector(".client .pane .scroller")?.focus();
}

function title(pane) {
  const place = pane.route.home ? "Home" : pane.current?.name || "";
  const others = store.panes.slice(1).map((one) => one.person(one.me)?.name).filter(Boolean);
  return [place, ...others, pane.data.team?.name, "Steward playground"].filter(Boolean).join(" · ");
}

/** As many panes as the address has people; each follows its part of it. */
function followAddress() {
  store.route = parseRoute();
  const { panes } = store.route;
  if (panes.length < store.panes.length) dropPanes(panes);
  while (store.panes.length < panes.length) store.panes.push(new Pane(store.panes.length));
  store.panes.forEach((pane, side) => pane.follow(panes[side]));
  store.active = Math.min(store.active, panes.length - 1);
}

// Closing the left side leaves the right one, and what was typed there.
function dropPanes(panes) {
  const kept = store.panes.find((pane) => pane.route.as === panes[0].as) || store.panes[0];
  kept.side = 0;
  kept.vnode = null;
  kept.kept.clear();
  store.panes = [kept];
}

/** Without a person in the address: who one was last, else whom the guide begins with. */
async function begin() {
  for (const id of [localStorage.getItem(LAST), ...(await beginners())].filter(Boolean)) {
    if (store.panes[0].route.as) return;
    const answer = await get(`/playground/state?open=-&as=${encodeURIComponent(id)}`);
    if (answer.ok) return go(0, { as: id }, { replace: true });
  }
}

onChange(draw);
addEventListener("hashchange", () => {
  closeMenu();
  followAddress();
  redraw();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const pane of store.panes) if (pane.ui.sidebar) pane.setUi({ sidebar: false });
});
closeMenusOnDemand();
watchQuickKey();
// The clock in the bar shows minutes.
setInterval(() => redraw(), 20000);
followAddress();
listen();
if (!store.panes[0].route.as) begin();
