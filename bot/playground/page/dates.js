// Slack's date tokens, in the reader's zone. "Today" is today by the
// playground's clock, which may have been moved.

import { store } from "./state.js";

const LOCALE = "en-GB";
const QUARTER = 900; // seconds

function zone(pane) {
  return pane.person(pane.me)?.tz || undefined;
}

const formatters = new Map();

// Making a formatter costs a hundred times more than using it.
function formatter(pane, options) {
  const key = JSON.stringify(options) + zone(pane);
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone(pane) }));
  return formatters.get(key);
}

export function format(pane, date, options) {
  return formatter(pane, options).format(date);
}

/** The playground's now, in milliseconds, still ticking between fetches. */
export function now() {
  return Date.now() + store.clockOffset * 1000;
}

/** "2026-11-23T09:00" on the reader's wall. */
export function wallTime(pane, milliseconds) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const found = Object.fromEntries(formatter(pane, parts).formatToParts(milliseconds).map((part) => [part.type, part.value]));
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/** The moment at which the reader's wall shows this. */
export function fromWallTime(pane, text) {
  const guess = Date.parse(`${text}Z`);
  const shifted = (at) => guess - (Date.parse(`${wallTime(pane, at)}Z`) - at);
  // Twice, because the zone's offset may change between the guess and the answer.
  return shifted(shifted(guess));
}

function dayNumber(pane, date) {
  const [day, month, year] = format(pane, date, { day: "2-digit", month: "2-digit", year: "numeric" }).split("/");
  return Date.UTC(+year, +month - 1, +day) / 86400000;
}

const RELATIVE = { "-1": "yesterday", 0: "today", 1: "tomorrow" };

function pretty(pane, date, options) {
  return RELATIVE[dayNumber(pane, date) - dayNumber(pane, new Date(now()))] || format(pane, date, options);
}

function withYear(pane, date, options) {
  const year = { year: "numeric" };
  return format(pane, date, year) === format(pane, new Date(now()), year) ? options : { ...options, ...year };
}

const SHORT = { day: "numeric", month: "short" };
const FULL = { day: "numeric", month: "long" };
const LONG = { weekday: "long", ...FULL };
const YEAR = { year: "numeric" };

const TOKENS = {
  date_num: (pane, date) => format(pane, date, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-"),
  date: (pane, date) => format(pane, date, { ...FULL, ...YEAR }),
  date_slash: (pane, date) => format(pane, date, { day: "2-digit", month: "2-digit", year: "numeric" }),
  date_short: (pane, date) => format(pane, date, { ...SHORT, ...YEAR }),
  date_long: (pane, date) => format(pane, date, { ...LONG, ...YEAR }),
  date_long_full: (pane, date) => format(pane, date, { ...LONG, ...YEAR }),
  date_pretty: (pane, date) => pretty(pane, date, withYear(pane, date, FULL)),
  date_short_pretty: (pane, date) => pretty(pane, date, withYear(pane, date, SHORT)),
  date_long_pretty: (pane, date) => pretty(pane, date, withYear(pane, date, LONG)),
  day_divider_pretty: (pane, date) => pretty(pane, date, withYear(pane, date, LONG)),
  time: (pane, date) => format(pane, date, { hour: "2-digit", minute: "2-digit" }),
  time_secs: (pane, date) => format(pane, date, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago: (pane, date) => ago(date.getTime()),
};

/** Fill a pattern such as "{date_short_pretty} at {time}"; unknown tokens fall back. */
export function slackDate(pane, seconds, pattern, fallback = "") {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  let known = true;
  const words = pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!TOKENS[name]) known = false;
    return TOKENS[name] ? TOKENS[name](pane, date) : whole;
  });
  return known ? capitalised(words, pattern) : fallback || words;
}

// Slack writes "Today" at the start of a phrase and "today" inside one.
function capitalised(words, pattern) {
  return pattern.startsWith("{") ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export function ago(milliseconds) {
  const seconds = (milliseconds - now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) {
      return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / size), unit);
    }
  }
  return seconds > 5 ? "in a moment" : "just now";
}

export function timeOf(pane, ts) {
  return slackDate(pane, ts, "{time}");
}

const days = new Map();

/** The day's name, found once for each quarter of an hour: no zone changes its day in between. */
export function dayOf(pane, ts) {
  const key = `${zone(pane)} ${Math.floor(ts / QUARTER)} ${Math.floor(now() / 1000 / QUARTER)}`;
  if (days.size > 5000) days.clear();
  if (!days.has(key)) days.set(key, slackDate(pane, ts, "{day_divider_pretty}"));
  return days.get(key);
}

export function fullTime(pane, ts) {
  return slackDate(pane, ts, "{date_long} at {time_secs}");
}
