// The page starts here: listen to the address and to the server, and draw.

import { h, patch } from "./dom.js";
import { get, post } from "./api.js";
import { channel, listen, me, onChange, redraw, refresh, setUi, store, toast } from "./state.js";
import { go, parseRoute } from "./route.js";
import { sidebar } from "./shell.js";
import { topBar } from "./topbar.js";
import { channelPane } from "./messages.js";
import { threadPane } from "./threads.js";
import { homePane } from "./home.js";
import { modal, restoreFocus } from "./modal.js";
import { confirmDialog } from "./actions.js";
import { inspector } from "./inspector.js";
import { beginners, guide } from "./guide.js";
import { quickSwitch, watchQuickKey } from "./quick.js";
import { takeNotices, toasts } from "./toasts.js";
import { closeMenu, closeMenusOnDemand } from "./popup.js";
import { applyTheme } from "./theme.js";

const root = document.getElementById("page");

function draw() {
  if (store.refusal) return patch(root, h("p", { class: "loading", key: "refusal", role: "alert" }, store.refusal));
  // Until the new person's state is here, the old picture stays.
  if (!store.data || me() !== idOf(store.data.me)) return;
  applyTheme();
  takeNotices();
  announceOpen();
  localStorage.setItem(LAST, me());
  document.title = titleOf();
  document.querySelector("#page > .loading:not([role])")?.remove();
  patch(root, h("div", { class: "app", key: "app" }, topBar(), workspace(), confirmDialog(), quickSwitch(), toasts()));
  restoreFocus();
}

function workspace() {
  const covered = store.data.modals.length > 0;
  const { home, thread, inspector: drawer } = store.route;
  const current = channel(store.route.channel);
  return h("div", { class: "workspace" },
    h("div", { class: "client", key: "client" },
      h("div", { class: store.ui.sidebar ? "client-body sidebar-open" : "client-body", inert: covered, key: "body", onpointerdown: closeSidebar },
        sidebar(),
        home ? homePane() : channelPane(current),
        !home && thread && current ? threadPane(current, thread) : null),
      modal()),
    // One drawer at a time leaves the client room to be itself.
    drawer ? inspector() : guide());
}

// On a small screen the sidebar lies over the channel; a touch beside it puts it away.
function closeSidebar(event) {
  if (store.ui.sidebar && !event.target.closest(".sidebar, .menu-toggle")) setUi({ sidebar: false });
}

function titleOf() {
  const place = store.route.home ? "Home" : channel(store.route.channel)?.name || "";
  return [place, store.data.team?.name, "Steward playground"].filter(Boolean).join(" · ");
}

/** The server picks a person when the address names none; a channel comes next. */
function settleRoute() {
  const { route, data } = store;
  if (!data || me() !== idOf(data.me)) return;
  const as = route.as || me();
  const known = route.home || channel(route.channel);
  if (route.as && known) return;
  const first = data.channels.find((one) => one.kind === "channel" && one.member !== false) || data.channels[0];
  go(known || !first ? { as } : { as, channel: first.id, thread: "", at: "" }, { replace: true });
}

const LAST = "steward-playground-person";

/** Without a person in the address: who one was last, else whom the guide begins with. */
async function begin() {
  for (const id of [localStorage.getItem(LAST), ...(await beginners())].filter(Boolean)) {
    if (store.route.as) break;
    const answer = await get(`/playground/state?as=${encodeURIComponent(id)}`);
    if (answer.ok) return go({ as: id }, { replace: true });
  }
  return refresh();
}

let announced = "";

// Opening is said once per place, and again when something unread arrives there.
function announceOpen() {
  const { home } = store.route;
  const current = channel(store.route.channel);
  const place = home ? "home" : current?.member !== false && current && `${current.id} ${current.unread ? current.messages.at(-1)?.ts : ""}`;
  const key = `${me()} ${place}`;
  if (!place || key === announced || document.hidden) return;
  announced = key;
  post("open", { as: me(), ...(home ? { home: true } : { channel: current.id }) }).then((answer) => {
    if (answer.ok) refresh();
    else toast(answer.error, "error");
  });
}

function idOf(one) {
  return typeof one === "string" ? one : one?.id;
}

function routeChanged() {
  const before = store.route;
  store.route = parseRoute();
  closeMenu();
  if (before.as !== store.route.as) refresh();
  redraw();
}

onChange(() => {
  settleRoute();
  draw();
});
addEventListener("hashchange", routeChanged);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (store.ui.menu || store.ui.sidebar)) setUi({ menu: null, sidebar: false });
});
closeMenusOnDemand();
watchQuickKey();
// The clock in the bar shows minutes.
setInterval(redraw, 20000);
listen();
if (store.route.as) refresh();
else begin();
