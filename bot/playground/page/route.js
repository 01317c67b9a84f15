// What lies on screen is in the address, so a link or a picture brings back the same
// view: #as=U0ANA&channel=C0ACME&thread=…&at=…, or #as=U0ANA&home=1. A second person's
// pane is #…&beside=U0BO&beside-channel=C0TRIAGE, with the same names after "beside-".

const PLACE = ["as", "channel", "home", "thread", "at"];
const PAGE = ["inspector", "delivery", "guide", "theme"];

const BESIDE = (name) => (name === "as" ? "beside" : `beside-${name}`);
const nameIn = [(name) => name, BESIDE];

/** {inspector, delivery, guide, theme, panes: [{as, channel, home, thread, at}, …]}. */
export function parseRoute(hash = location.hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const panes = [take(params, 0)];
  if (params.get("beside")) panes.push(take(params, 1));
  return { ...only(PAGE.map((name) => [name, params.get(name)])), panes };
}

function take(params, side) {
  return only(PLACE.map((name) => [name, params.get(nameIn[side](name))]));
}

function only(entries) {
  return Object.fromEntries(entries.filter(([, value]) => value));
}

function write(route, { replace = false } = {}) {
  const params = new URLSearchParams();
  route.panes.forEach((pane, side) => PLACE.forEach((name) => pane[name] && params.set(nameIn[side](name), pane[name])));
  for (const name of PAGE) if (route[name]) params.set(name, route[name]);
  const hash = `#${params}`;
  if (hash === location.hash) return;
  // Told at once: told by the browser, it would come after the next key and close what that opened.
  history[replace ? "replaceState" : "pushState"](null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Moves one pane. */
export function go(side, changes, options) {
  const route = parseRoute();
  route.panes[side] = { ...route.panes[side], ...changes };
  write(route, options);
}

/** Changes what the whole page shows. */
export function goPage(changes, options) {
  write({ ...parseRoute(), ...changes }, options);
}

export function openBeside(place) {
  goPage({ panes: [parseRoute().panes[0], place] });
}

export function closePane(side) {
  goPage({ panes: parseRoute().panes.filter((_, index) => index !== side) });
}

/** Slack writes a message's address as …/archives/C0X/p1700000000000100?thread_ts=… */
export function messageLink(url) {
  const found = /\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?(?:\?([^#]*))?/.exec(url || "");
  if (!found) return null;
  const thread = new URLSearchParams((found[4] || "").replace(/&amp;/g, "&")).get("thread_ts");
  return { channel: found[1], ts: found[2] && `${found[2]}.${found[3]}`, thread };
}

export function followMessageLink(pane, link) {
  const message = pane.channel(link.channel)?.messages.find((candidate) => candidate.ts === link.ts);
  const thread = link.thread || message?.thread_ts || "";
  const isReply = thread && thread !== link.ts;
  pane.openChannel(link.channel, { at: link.ts || "", thread: isReply ? thread : "" });
}

export function linkTo(pane, channel, one) {
  const thread = one.thread_ts && one.thread_ts !== one.ts ? `&thread=${one.thread_ts}` : "";
  return `${location.origin}/#as=${pane.me}&channel=${channel.id}${thread}&at=${one.ts}`;
}
