import { h } from '../dom.js';

/**
 * A table. Columns: { title, cell: row => text or node, number: right-aligned, wrap: may break lines, spare: not on a phone }.
 * It scrolls by itself when it is too wide, by keyboard too.
 */
export function table(caption, columns, rows, rowClass) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', {},
      h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, columns.map(column => h('th', { scope: 'col', class: kind(column) }, column.title)))),
      h('tbody', {}, rows.map(row => h('tr', { class: rowClass?.(row) }, columns.map(column => h('td', { class: kind(column) }, column.cell(row))))))));
}

const kind = column => [column.number && 'number', column.wrap && 'wrap', column.spare && 'spare'].filter(Boolean).join(' ') || null;

/** A bar that shows a share of 0 to 1; it repeats a number that stands beside it. */
export function bar(share, tone = '') {
  const fill = h('i', { class: tone });
  fill.style.inlineSize = `${Math.min(100, Math.max(0, share * 100))}%`;
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
}

/** A word with a sign, so that colour is not all that tells it. */
export const badge = (text, tone) => h('span', { class: `badge ${tone}` }, text);
