import { admin, adminAddress, send } from '../api.js';
import { download } from '../csv.js';
import { field, h, say, select } from '../dom.js';
import { count, digitsFor, duration, momentOf, usd } from '../format.js';
import { empty, failed, panel } from '../parts/panel.js';
import { badge, table } from '../parts/table.js';
import { periodOf, periods } from '../period.js';

const pageSize = 50;
const statuses = [['', 'any'], ...['completed', 'cached', 'refused', 'failed', 'abandoned'].map(word => [word, word])];
export const toneOf = status => ({ completed: 'ok', cached: 'ok', refused: 'warn', failed: 'bad', abandoned: 'bad' })[status] ?? 'quiet';

/** The newest jobs, a search by request id, and the whole ledger as CSV. */
export function jobs({ signal }) {
  const chosen = { period: '30', status: '', tenant: '' };
  let entries = [];
  const query = () => ({ from: periodOf(chosen.period).from, status: chosen.status, tenant: chosen.tenant });
  const list = panel('Recent jobs', async () => {
    const page = await admin('ledger', { ...query(), limit: pageSize }, signal);
    entries = page.data;
    return listed(page.next_cursor);
  }, { signal, wide: true, actions: [csvButton(query, signal)] });
  const listed = cursor => {
    if (entries.length === 0) return empty('No jobs in this period.');
    const more = async event => {
      event.target.disabled = true;
      try {
        const page = await admin('ledger', { ...query(), limit: pageSize, cursor }, signal);
        entries = [...entries, ...page.data];
        list.querySelector('.body').replaceChildren(...listed(page.next_cursor));
        say(`${entries.length} jobs`);
      } catch (error) {
        event.target.replaceWith(failed(error, () => list.reload()));
      }
    };
    return [jobTable(entries), cursor ? h('button', { type: 'button', onclick: more }, 'Show more') : null].filter(Boolean);
  };
  const change = name => value => {
    chosen[name] = value;
    list.reload();
  };
  const controls = h('div', { class: 'bar-of-controls spread' },
    h('div', { class: 'bar-of-controls' },
      field('Period', select('period', periods, chosen.period, change('period'))),
      field('Status', select('status', statuses, chosen.status, change('status'))),
      field('Tenant', h('input', { size: '14', placeholder: 'all', onchange: event => change('tenant')(event.target.value.trim()) }))),
    search());
  return [controls, list];
}

function search() {
  const input = h('input', { name: 'id', required: true, size: '28', placeholder: 'x-request-id', spellcheck: 'false', autocomplete: 'off' });
  return h('form', { class: 'row', role: 'search', onsubmit: event => {
    event.preventDefault();
    location.hash = `job/${encodeURIComponent(input.value.trim())}`;
  } }, field('Request id', input), h('button', {}, 'Find'));
}

function jobTable(entries) {
  const most = Math.max(...entries.map(entry => entry.charge_usd));
  return table('Recent jobs', [
    { title: 'UTC', cell: entry => h('a', { href: `#job/${encodeURIComponent(entry.id)}` }, momentOf(entry.created_at)) },
    { title: 'Status', cell: entry => badge(entry.status, toneOf(entry.status)) },
    { title: 'Tenant', cell: entry => `${entry.tenant} / ${entry.project}` },
    { title: 'Target', cell: entry => entry.target ?? '–' },
    { title: 'Picture', spare: true, cell: entry => [entry.size, entry.quality].filter(Boolean).join(' ') || '–' },
    { title: 'n', number: true, spare: true, cell: entry => count(entry.images) },
    { title: 'Took', number: true, cell: entry => duration(entry.duration_ms) },
    { title: 'Charge', number: true, cell: entry => usd(entry.charge_usd, digitsFor(most)) },
    { title: 'Request id', cell: entry => h('span', { class: 'id' }, entry.id) },
  ], entries);
}

function csvButton(query, signal) {
  const save = async event => {
    const button = event.target;
    button.disabled = true;
    try {
      download('ledger.csv', await (await send(adminAddress('export', { ...query(), format: 'csv' }), 'admin', { signal })).blob());
      button.textContent = 'Download CSV';
    } catch (error) {
      button.textContent = `CSV failed: ${error.message}`;
    }
    button.disabled = false;
  };
  return h('button', { type: 'button', onclick: save }, 'Download CSV');
}
