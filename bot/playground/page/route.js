// What is on screen lives in the address, so a link or a screenshot brings back
// the same view: #as=U0BO&channel=C0TRIAGE&thread=…&at=…, or #as=U0BO&home=1.

const NAMES = ["as", "channel", "home", "thread", "at", "inspector", "guide", "theme"];

export function parseRoute(hash = location.hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  return Object.fromEntries(NAMES.filter((name) => params.get(name)).map((name) => [name, params.get(name)]));
}

function routeHash(route) {
  const params = new URLSearchParams();
  for (const name of NAMES) if (route[name]) params.set(name, route[name]);
  return `#${params}`;
}

export function go(changes, { replace = false } = {}) {
  const hash = routeHash({ ...parseRoute(), ...changes });
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = hash;
}

export function openChannel(id, extra = {}) {
  go({ channel: id, home: "", thread: "", at: "", ...extra });
}

/** The same place through other eyes; where they cannot see it, the page picks another. */
export function become(id) {
  go({ as: id, at: "" });
}

/** Slack writes a message's address as …/archives/C0X/p1700000000000100?thread_ts=… */
export function messageLink(url) {
  const found = /\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?(?:\?([^#]*))?/.exec(url || "");
  if (!found) return null;
  const thread = new URLSearchParams((found[4] || "").replace(/&amp;/g, "&")).get("thread_ts");
  return { channel: found[1], ts: found[2] && `${found[2]}.${found[3]}`, thread };
}

export function followMessageLink(link, channels) {
  const messages = channels.find((channel) => channel.id === link.channel)?.messages || [];
  const message = messages.find((candidate) => candidate.ts === link.ts);
  const thread = link.thread || message?.thread_ts || "";
  const isReply = thread && thread !== link.ts;
  openChannel(link.channel, { at: link.ts || "", thread: isReply ? thread : "" });
}
