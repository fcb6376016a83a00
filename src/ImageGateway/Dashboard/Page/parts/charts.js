import { h } from '../dom.js';
import { table } from './table.js';

const series = 9;
const drawn = new Map();

addEventListener('colourscheme', () => {
  for (const [canvas, configure] of drawn) draw(canvas, configure);
});

/**
 * A chart of values over time, with the same numbers as a table below it.
 * @param {string} title says what it shows.
 * @param {{ labels: string[], series: { name: string, values: (number|null)[], dashed?: boolean, tone?: string }[], format: (n: number) => string, summary: string, lines?: boolean }} data
 */
export function chart(title, data) {
  const numbers = h('details', { class: 'numbers' }, h('summary', {}, 'Show the numbers'), numbersOf(title, data));
  if (window.Chart === undefined) {
    return [h('p', { class: 'note' }, 'This gateway was built without charts, since Node.js was missing. All numbers are shown without them.'), numbers];
  }
  const canvas = h('canvas', { role: 'img', 'aria-label': `${title}. ${data.summary}` });
  for (const old of drawn.keys()) {
    if (!old.isConnected) drop(old);
  }
  // A canvas has a size once it is in the page.
  requestAnimationFrame(() => canvas.isConnected && draw(canvas, () => configuration(data)));
  return [h('div', { class: 'chart' }, canvas), numbers];
}

function draw(canvas, configure) {
  window.Chart.getChart(canvas)?.destroy();
  drawn.set(canvas, configure);
  new window.Chart(canvas, configure());
}

function drop(canvas) {
  window.Chart.getChart(canvas)?.destroy();
  drawn.delete(canvas);
}

function configuration(data) {
  const colour = colours();
  return {
    type: data.lines ? 'line' : 'bar',
    data: { labels: data.labels, datasets: data.series.map((one, i) => dataset(one, colour(one.tone ?? `series-${i % series}`), data.lines)) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { stacked: !data.lines, grid: { display: false }, border: { color: colour('line') }, ticks: { color: colour('muted'), maxRotation: 0, autoSkipPadding: 12 } },
        y: { stacked: !data.lines, beginAtZero: true, grid: { color: colour('line') }, border: { display: false }, ticks: { color: colour('muted'), maxTicksLimit: 6, callback: value => data.format(value) } },
      },
      plugins: {
        legend: { display: data.series.length > 1, position: 'bottom', labels: { color: colour('text'), boxWidth: 12, boxHeight: 12, usePointStyle: true, pointStyle: 'rectRounded' } },
        tooltip: {
          itemSort: (a, b) => b.raw - a.raw,
          filter: item => item.raw !== null && (data.lines || item.raw !== 0),
          callbacks: { label: item => ` ${item.dataset.label}: ${data.format(item.raw)}` },
        },
      },
    },
  };
}

function dataset(one, colour, isLine) {
  const common = { label: one.name, data: one.values, backgroundColor: colour, borderColor: colour };
  return isLine
    ? { ...common, borderWidth: 2, borderDash: one.dashed ? [5, 5] : [], pointRadius: one.values.length > 40 || one.dashed ? 0 : 2, spanGaps: false, tension: 0 }
    : { ...common, borderWidth: 0, maxBarThickness: 44, borderRadius: 2 };
}

// A canvas knows no custom properties: a hidden element tells what they come to in this scheme.
function colours() {
  const probe = h('span', { class: 'unseen' });
  document.body.append(probe);
  const all = {};
  for (const name of ['text', 'muted', 'line', 'ok', 'warn', 'bad', ...Array.from({ length: series }, (_, i) => `series-${i}`)]) {
    probe.style.color = `var(--${name})`;
    all[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return name => all[name];
}

function numbersOf(title, { labels, series: all, format }) {
  const columns = [
    { title: 'UTC', cell: i => labels[i] },
    ...all.map(one => ({ title: one.name, number: true, cell: i => (one.values[i] === null ? '–' : format(one.values[i])) })),
  ];
  return table(`${title}, in numbers`, columns, labels.map((_, i) => i));
}
