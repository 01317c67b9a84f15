// A keyed DOM patcher: the page is drawn again from the whole state each time,
// and only what differs is touched, so focus, scroll and half-typed text stay.
// Data reaches the page through text nodes and attributes alone, never as markup.

const SVG_NS = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "inert", "hidden", "open", "multiple", "scrollTop"]);
const mounted = [];

export function h(tag, props, ...children) {
  return { tag, props: props || {}, key: props?.key, children: flatten(children, []) };
}

function flatten(list, out) {
  for (const child of list) {
    if (child === null || child === undefined || typeof child === "boolean") continue;
    if (Array.isArray(child)) flatten(child, out);
    else out.push(typeof child === "object" ? child : { tag: "#text", text: String(child) });
  }
  return out;
}

export function patch(root, vnode) {
  patchChildren(root, root.__children || [], [vnode], null);
  root.__children = [vnode];
  // Focus and scroll only work once an element is in the document.
  for (const run of mounted.splice(0)) run();
}

function create(vnode, ns) {
  if (vnode.tag === "#text") return (vnode.dom = document.createTextNode(vnode.text));
  const space = vnode.tag === "svg" ? SVG_NS : ns;
  const el = space ? document.createElementNS(space, vnode.tag) : document.createElement(vnode.tag);
  vnode.dom = el;
  // A select can only take its value once its options exist.
  patchChildren(el, [], vnode.children, space);
  patchProps(el, {}, vnode.props);
  const { mount } = vnode.props;
  if (mount) mounted.push(() => mount(el));
  return el;
}

function update(old, vnode, ns) {
  const el = (vnode.dom = old.dom);
  if (old === vnode) return;
  if (vnode.tag === "#text") {
    if (old.text !== vnode.text) el.data = vnode.text;
    return;
  }
  vnode.props.before?.(el);
  patchChildren(el, old.children, vnode.children, vnode.tag === "svg" ? SVG_NS : ns);
  patchProps(el, old.props, vnode.props);
  vnode.props.after?.(el);
}

function patchChildren(parent, olds, news, ns) {
  const pool = poolOf(olds);
  const pairs = news.map((vnode) => [takeMatch(pool, vnode), vnode]);
  for (const left of pool.values()) for (const old of left) old.dom.remove();
  let cursor = parent.firstChild;
  for (const [old, vnode] of pairs) {
    if (old) update(old, vnode, ns);
    const dom = old ? old.dom : create(vnode, ns);
    // Moving a node drops its focus and scroll, so it moves only when it must.
    if (dom === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(dom, cursor);
  }
}

// Without a key, the first class tells siblings apart: a list that appears above
// a field must not take over the field's element.
function nameOf(vnode) {
  if (vnode.key !== undefined) return `${vnode.tag}#${vnode.key}`;
  return `${vnode.tag}.${vnode.props?.class?.split(" ", 1)[0] || ""}`;
}

function poolOf(olds) {
  const pool = new Map();
  for (const old of olds) {
    const name = nameOf(old);
    if (!pool.has(name)) pool.set(name, []);
    pool.get(name).push(old);
  }
  return pool;
}

function takeMatch(pool, vnode) {
  return pool.get(nameOf(vnode))?.shift();
}

function patchProps(el, old, props) {
  for (const name in old) if (!(name in props)) setProp(el, name, undefined, old[name]);
  for (const name in props) setProp(el, name, props[name], old[name]);
}

function setProp(el, name, value, old) {
  if (name === "key" || name === "mount" || name === "before" || name === "after") return;
  if (name.startsWith("on")) setHandler(el, name.slice(2), value);
  else if (name === "style") setStyle(el, value || {}, old || {});
  else if (PROPERTIES.has(name)) setProperty(el, name, value);
  else if (value !== old) setAttribute(el, name, value);
}

function setHandler(el, type, handler) {
  el.__handlers ||= {};
  if (!(type in el.__handlers)) el.addEventListener(type, callHandler);
  el.__handlers[type] = handler;
}

function callHandler(event) {
  this.__handlers[event.type]?.call(this, event);
}

function setStyle(el, style, old) {
  for (const name in old) if (!(name in style)) el.style.removeProperty(name);
  for (const name in style) el.style.setProperty(name, style[name]);
}

function setProperty(el, name, value) {
  if (name === "value") {
    const text = value ?? "";
    // Writing the same value would still move the caret.
    if (el.value !== String(text)) el.value = text;
  } else if (el[name] !== Boolean(value)) el[name] = Boolean(value);
}

function setAttribute(el, name, value) {
  if (value === undefined || value === null || value === false) el.removeAttribute(name);
  else el.setAttribute(name, value === true ? "" : value);
}

/** Only addresses that cannot run script may become links or pictures. */
export function safeUrl(url) {
  return /^(https?:|mailto:|tel:|\/(?!\/))/i.test(String(url || "").trim()) ? url : undefined;
}
