// A pane is one person at their screen: who they are, where they look, what the
// server says they see (`data`), and what only the page knows of them (`ui`).

import { get, post } from "./api.js";
import { go } from "./route.js";
import { nameOf, redraw, store } from "./state.js";

const WINDOW = 80;
const LONGEST_WINDOW = 320;
const NOWHERE = "-";
const BURST = 100; // ms

export class Pane {
  constructor(side) {
    this.side = side;
    this.route = {};
    this.data = null;
    this.refusal = "";
    this.ui = { drafts: {}, toasts: [], trouble: {}, editing: null, sidebar: false, confirm: null };
    this.window = { before: "", around: "", count: WINDOW };
    this.kept = new Map();
    this.spoken = "";
  }

  // --- who and where

  get me() {
    return this.route.as || this.data?.me.id || "";
  }

  get myName() {
    return nameOf(this.person(this.me));
  }

  get botName() {
    return this.data?.app?.bot_name || "Steward";
  }

  person(id) {
    const { app, people } = this.data || { people: [] };
    if (app && id === app.bot_user) return { id, name: app.bot_name, bot: true };
    return people.find((candidate) => candidate.id === id);
  }

  channel(id) {
    return this.data?.channels.find((candidate) => candidate.id === id);
  }

  get current() {
    return this.channel(this.route.channel);
  }

  /** Until what was asked for is here, the old picture stays. */
  get isCurrent() {
    return Boolean(this.data) && this.shows === this.place();
  }

  place() {
    const { channel, home, thread, at } = this.route;
    return [this.me, home ? "home" : channel || NOWHERE, thread, at].join(" ");
  }

  go(changes, options) {
    go(this.side, changes, options);
  }

  openChannel(id, extra = {}) {
    this.go({ channel: id, home: "", thread: "", at: "", ...extra });
  }

  openHome() {
    this.go({ home: "1", channel: "", thread: "", at: "" });
  }

  /** The same place through other eyes; where they cannot see it, the page picks another. */
  become(id) {
    this.go({ as: id, at: "" });
  }

  follow(route) {
    const before = this.route;
    this.route = route;
    const moved = before.as !== route.as || before.channel !== route.channel || before.home !== route.home;
    if (moved) Object.assign(this.window, { before: "", count: WINDOW });
    if (moved) Object.assign(this.ui, { editing: null, sidebar: false, news: undefined });
    if (route.at && (moved || before.at !== route.at)) this.window.around = route.thread || route.at;
    if (route.at !== before.at) this.revealed = "";
    if (moved || before.thread !== route.thread || before.at !== route.at) this.refresh();
  }

  // --- the window of messages

  /** Further back: the window grows, then lets go of its newest end. */
  earlier() {
    const { messages, earlier } = this.current;
    if (!earlier || this.fetching) return;
    if (this.window.count < LONGEST_WINDOW) this.window.count += WINDOW;
    else this.window.before = messages.filter((one) => !isReply(one)).at(-WINDOW)?.ts || "";
    this.refresh();
  }

  /** Towards the newest, after one was far back. */
  later() {
    const { messages } = this.current;
    if (!this.window.before || this.fetching) return;
    this.window.around = messages.filter((one) => !isReply(one)).at(-1)?.ts;
    this.window.count = LONGEST_WINDOW;
    this.refresh();
  }

  newest() {
    Object.assign(this.window, { before: "", around: "", count: WINDOW });
    if (this.route.at) this.go({ at: "" });
    else this.refresh();
  }

  // --- the server

  query() {
    const { channel, home, thread } = this.route;
    const { before, around, count } = this.window;
    const open = home ? "home" : channel || NOWHERE;
    const wanted = { as: this.me, open, thread, before, around, count };
    return new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  }

  /** Ask for what this person sees; calls made meanwhile share one more question. */
  refresh() {
    if (this.fetching) {
      this.again = true;
      return this.fetching;
    }
    this.fetching = this.fetchState().finally(() => {
      this.fetching = null;
      if (!this.again) return undefined;
      this.again = false;
      return this.refresh();
    });
    return this.fetching;
  }

  /** One change shows at once; of a burst, ten pictures a second leave the page free for whoever types. */
  refreshSoon() {
    if (this.soon) return;
    const wait = Math.max(0, (this.asked || 0) + BURST - performance.now());
    this.soon = setTimeout(() => {
      this.soon = null;
      this.refresh();
    }, wait);
  }

  async fetchState() {
    if (!this.me) return;
    this.asked = performance.now();
    const [place, query] = [this.place(), String(this.query())];
    const answer = await get(`/playground/state?${query}`);
    store.offline = Boolean(answer.cause);
    // A late answer about where we just were must not flash on screen.
    if (place !== this.place() || query !== String(this.query())) this.again = true;
    else if (answer.ok) this.take(answer, place);
    this.refusal = answer.ok || answer.cause ? "" : answer.error;
    redraw({ arrived: answer.ok });
  }

  take(answer, place) {
    const old = this.data;
    for (const channel of answer.channels) reuse(old?.channels.find((one) => one.id === channel.id), channel);
    const surroundings = JSON.stringify([answer.people, answer.channels.map((one) => [one.id, one.name]), answer.clock.offset_seconds]);
    if (place !== this.shows || surroundings !== this.surroundings) this.kept.clear();
    Object.assign(this, { data: answer, shows: place, surroundings });
    store.clockOffset = answer.clock.offset_seconds;
    if (this.window.around) Object.assign(this.window, { around: "", before: this.current?.until || "" });
  }

  /** Send as this person; what goes wrong becomes a notice. */
  async act(name, body, { quiet = false } = {}) {
    const answer = await post(name, { as: this.me, ...body });
    const words = answer.toast || (answer.ok ? "" : answer.error);
    if (words && !quiet) this.toast(words, answer.ok ? "info" : "error");
    this.refresh();
    return answer;
  }

  // --- drawing

  /** What was built for this very thing is kept until it changes, or anything but messages does. */
  unlessChanged(key, thing, build) {
    const found = this.kept.get(key);
    if (found?.epoch === store.epoch && found.thing === thing) return found.vnode;
    const vnode = build();
    this.kept.set(key, { epoch: store.epoch, thing, vnode });
    return vnode;
  }

  setUi(changes) {
    Object.assign(this.ui, changes);
    redraw();
  }

  toast(words, kind = "info") {
    // The same trouble may be told by the answer and by the next state.
    const shown = this.ui.toasts.find((entry) => entry.text === String(words));
    if (shown) return shown.id;
    const entry = { id: ++toastCount, text: String(words), kind };
    this.setUi({ toasts: [...this.ui.toasts, entry].slice(-3) });
    setTimeout(() => this.dismiss(entry.id), kind === "error" ? 9000 : 5000);
    return entry.id;
  }

  dismiss(id) {
    this.setUi({ toasts: this.ui.toasts.filter((entry) => entry.id !== id) });
  }
}

let toastCount = 0;

export function isReply(one) {
  return Boolean(one.thread_ts) && one.thread_ts !== one.ts;
}

// A message that did not change stays the same object, so that its picture can be kept.
function reuse(old, channel) {
  if (!old) return;
  const known = new Map(old.messages.map((one) => [one.ts, one]));
  channel.messages = channel.messages.map((one) => {
    const before = known.get(one.ts);
    return before && JSON.stringify(before) === JSON.stringify(one) ? before : one;
  });
}
