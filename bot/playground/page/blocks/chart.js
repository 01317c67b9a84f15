// data_visualization: line, bar, area and pie as plain SVG. The numbers are in
// the picture's description too, for whoever cannot see it.

import { h } from "../dom.js";

const COLOURS = 6;
const BOX = { width: 560, height: 240, left: 48, right: 12, top: 14, bottom: 40 };

export function chart(block) {
  const { chart: data, title } = block;
  const draw = data.type === "pie" ? pie : axes;
  return h("figure", { class: "chart" },
    title ? h("figcaption", null, title.text ?? title) : null,
    draw(data, describe(data)),
    legend(data.type === "pie" ? shares(data.segments) : data.series.map((one) => one.name)));
}

function describe(data) {
  const points = (list) => list.map((one) => `${one.label} ${one.value}`).join(", ");
  return data.type === "pie" ? points(data.segments) : data.series.map((one) => `${one.name}: ${points(one.data)}`).join("; ");
}

function shares(segments) {
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  return segments.map((one) => `${one.label} ${one.value} (${Math.round((one.value / total) * 100)} %)`);
}

function legend(names) {
  if (names.length < 2) return null;
  return h("ul", { class: "legend" }, names.map((name, index) => h("li", null, h("span", { class: `swatch fill-${index % COLOURS}` }), name)));
}

function svg(label, children) {
  return h("svg", { viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: "img", "aria-label": label }, children);
}

function axes(data, label) {
  const labels = data.axis_config?.categories || data.series[0].data.map((one) => one.label);
  const scale = scaleFor(data, labels);
  const shapes = { bar: bars, line: lines, area: areas }[data.type] || lines;
  return svg(label, [grid(scale), categories(scale, labels), axisNames(data.axis_config), shapes(data, scale)]);
}

function scaleFor(data, labels) {
  const values = data.series.flatMap((one) => one.data.map((point) => point.value));
  const step = niceStep((Math.max(0, ...values) - Math.min(0, ...values)) / 4 || 1);
  const top = Math.ceil(Math.max(0, ...values) / step) * step || step;
  const bottom = Math.floor(Math.min(0, ...values) / step) * step;
  const high = BOX.height - BOX.top - BOX.bottom;
  const band = (BOX.width - BOX.left - BOX.right) / labels.length;
  return {
    step, top, bottom, band, labels,
    y: (value) => BOX.top + (high * (top - value)) / (top - bottom),
    x: (index) => BOX.left + band * (index + 0.5),
  };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((one) => one * power).find((step) => step >= rough);
}

function grid({ step, top, bottom, y }) {
  const out = [];
  for (let value = bottom; value <= top + step / 2; value += step) {
    out.push(h("line", { class: "grid", x1: BOX.left, x2: BOX.width - BOX.right, y1: y(value), y2: y(value) }),
      h("text", { class: "tick", x: BOX.left - 8, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)));
  }
  return out;
}

function shortNumber(value) {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 }).format(value);
}

function categories({ x, band, labels }) {
  const room = Math.max(3, Math.floor(band / 7));
  const every = Math.ceil(labels.length / 12);
  return labels.map((label, index) => (index % every ? null
    : h("text", { class: "tick", x: x(index), y: BOX.height - BOX.bottom + 18, "text-anchor": "middle" },
      label.length > room * every ? `${label.slice(0, room * every - 1)}…` : label)));
}

function axisNames(config) {
  const name = (words, props) => (words ? h("text", { class: "axis-name", ...props }, words) : null);
  return [
    name(config?.x_label, { x: BOX.width / 2, y: BOX.height - 4, "text-anchor": "middle" }),
    name(config?.y_label, { x: -BOX.height / 2 + 12, y: 11, "text-anchor": "middle", transform: "rotate(-90)" }),
  ];
}

function bars({ series }, scale) {
  const wide = (scale.band * 0.7) / series.length;
  return series.map((one, row) => byLabel(one, scale).map(([index, value]) => h("rect", {
    class: `fill-${row % COLOURS}`, rx: 2, width: Math.max(1, wide - 2), x: scale.x(index) - (wide * series.length) / 2 + wide * row,
    y: Math.min(scale.y(value), scale.y(0)), height: Math.abs(scale.y(value) - scale.y(0)),
  }, h("title", null, `${one.name}, ${scale.labels[index]}: ${value}`))));
}

function byLabel(series, scale) {
  return series.data.map((point) => [scale.labels.indexOf(point.label), point.value]).filter(([index]) => index >= 0);
}

function pointsOf(series, scale) {
  return byLabel(series, scale).map(([index, value]) => [scale.x(index), scale.y(value)]);
}

function lines({ series }, scale) {
  return series.map((one, row) => {
    const points = pointsOf(one, scale);
    return [
      h("polyline", { class: `line stroke-${row % COLOURS}`, points: points.join(" ") }),
      points.map(([cx, cy]) => h("circle", { class: `fill-${row % COLOURS}`, cx, cy, r: 3 })),
    ];
  });
}

function areas(data, scale) {
  const floor = scale.y(Math.max(0, scale.bottom));
  const filled = data.series.map((one, row) => {
    const points = pointsOf(one, scale);
    if (!points.length) return null;
    const closed = [[points[0][0], floor], ...points, [points.at(-1)[0], floor]];
    return h("polygon", { class: `area fill-${row % COLOURS}`, points: closed.join(" ") });
  });
  return [filled, lines(data, scale)];
}

function pie({ segments }, label) {
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  let from = 0;
  const slices = segments.map((one, index) => {
    const part = one.value / total;
    const slice = sliceAt(from, part, index, `${one.label}: ${one.value} (${Math.round(part * 100)}%)`);
    from += part;
    return slice;
  });
  return svg(label, slices);
}

function sliceAt(from, part, index, words) {
  const radius = 105;
  const [cx, cy] = [BOX.width / 2, BOX.height / 2];
  const at = (turn) => [cx + radius * Math.sin(turn * 2 * Math.PI), cy - radius * Math.cos(turn * 2 * Math.PI)];
  const title = h("title", null, words);
  // An arc from a point to itself draws nothing, so the whole is a circle.
  if (part > 0.9999) return h("circle", { class: `slice fill-${index % COLOURS}`, cx, cy, r: radius }, title);
  const d = `M${cx},${cy}L${at(from)}A${radius},${radius} 0 ${part > 0.5 ? 1 : 0} 1 ${at(from + part)}Z`;
  return h("path", { class: `slice fill-${index % COLOURS}`, d }, title);
}
