// One person's client: sidebar, channel or Home, thread, and what opens over them.

import { h } from "./dom.js";
import { post } from "./api.js";
import { sidebar } from "./shell.js";
import { paneBar } from "./topbar.js";
import { channelPane } from "./messages.js";
import { threadPane } from "./threads.js";
import { homePane } from "./home.js";
import { modal, restoreFocus } from "./modal.js";
import { confirmDialog } from "./actions.js";
import { takeNotices, toasts } from "./toasts.js";
import { firstPlace } from "./guide.js";
import { store } from "./state.js";

const READ_EVERY = 700;

/** Until what the address asks for is here, the picture before it stays. */
export function client(pane) {
  if (pane.isCurrent) {
    takeNotices(pane);
    announceOpen(pane);
    pane.vnode = draw(pane);
  }
  return pane.vnode || h("div", { class: "client", key: `client-${pane.side}` }, pane.refusal ? h("p", { class: "empty", role: "alert" }, pane.refusal) : null);
}

export function afterDrawing(pane) {
  if (pane.isCurrent) restoreFocus(pane);
}

function draw(pane) {
  const { home, thread } = pane.route;
  const covered = pane.data.modals.length > 0 || Boolean(pane.ui.confirm);
  const two = store.panes.length > 1;
  return h("div", { class: "side", key: `client-${pane.side}`, "data-of": two ? pane.side : undefined },
    two ? paneBar(pane) : null,
    h("div", { class: "client", key: "client", "data-side": pane.side, onfocusin: () => (store.active = pane.side) },
      h("div", { class: pane.ui.sidebar ? "client-body sidebar-open" : "client-body", inert: covered, key: "body", onpointerdown: (event) => closeSidebar(event, pane) },
        sidebar(pane),
        home ? homePane(pane) : channelPane(pane, pane.current),
        !home && thread && pane.current ? threadPane(pane, pane.current, thread) : null),
      modal(pane), confirmDialog(pane), toasts(pane)));
}

// On a small screen the sidebar lies over the channel; a touch beside it puts it away.
function closeSidebar(event, pane) {
  if (pane.ui.sidebar && !event.target.closest(".sidebar, .menu-toggle")) pane.setUi({ sidebar: false });
}

/** The server picks a person when the address names none; a channel comes next. */
export function settle(pane) {
  const { route, data } = pane;
  if (!data || pane.me !== data.me.id) return;
  const known = (route.home && data.app.home_tab) || pane.channel(route.channel);
  if (route.as && known) return;
  const mine = data.channels.filter((one) => one.kind === "channel" && one.member !== false);
  const first = mine.find((one) => one.id === firstPlace(pane.me)) || mine[0] || data.channels[0];
  if (known || !first) pane.go({ as: pane.me }, { replace: true });
  else pane.go({ as: pane.me, channel: first.id, home: "", thread: "", at: "" }, { replace: true });
}

// Opening is said once per place, and again when something unread arrives there: not
// for each message of a burst, but soon enough that nothing looks unread for long.
async function announceOpen(pane) {
  const { home } = pane.route;
  const current = pane.current;
  const place = home ? "home" : current?.member !== false && current?.id;
  if (!place || document.hidden) return;
  const arrived = pane.opened !== `${pane.me} ${place}`;
  if (arrived) Object.assign(pane, { opened: `${pane.me} ${place}`, readTo: "" });
  if (arrived && !home) pane.ui.news = current.unread ? current.last_read : undefined;
  const newest = home ? "" : current.unread && !current.until ? current.messages.at(-1)?.ts || "" : "";
  if (!arrived && (!newest || newest === pane.readTo)) return;
  if (!arrived && pane.reading) return;
  pane.readTo = newest;
  pane.reading = true;
  const answer = await post("open", { as: pane.me, ...(home ? { home: true } : { channel: current.id }) });
  if (!answer.ok) pane.toast(answer.error, "error");
  setTimeout(() => {
    pane.reading = false;
    pane.refresh();
  }, arrived ? 0 : READ_EVERY);
}
