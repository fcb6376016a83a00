import { admin } from '../api.js';
import { h } from '../dom.js';
import { count, duration, momentOf, usdExact } from '../format.js';
import { empty, panel } from '../parts/panel.js';
import { badge, table } from '../parts/table.js';
import { arithmetic } from './arithmetic.js';
import { toneOf } from './jobs.js';

/** One job: what it was, its attempts, and how its charge came about. */
export function job({ signal, argument: id }) {
  const back = h('p', {}, h('a', { href: '#jobs' }, '← Jobs'));
  let asked = null;
  const entry = () => asked ??= find(id, signal).catch(error => {
    asked = null;
    throw error;
  });
  const parts = [['Job', facts], ['Attempts', attempts], ['Charge', charge]].map(([title, show]) => panel(title, async () => show(await entry(), signal), { signal }));
  parts[0].classList.add('tall');
  return [back, ...parts];
}

async function find(id, signal) {
  try {
    return await admin(`ledger/${encodeURIComponent(id ?? '')}`, {}, signal);
  } catch (error) {
    // A job that runs has no entry yet.
    if (error.kind === 'missing') error.message += ' If it still runs, look again when it is over.';
    throw error;
  }
}

function facts(entry) {
  const lines = [
    ['Request id', h('span', { class: 'id' }, entry.id)],
    ['Status', h('span', {}, badge(entry.status, toneOf(entry.status)), entry.error_code ? [' ', h('code', {}, entry.error_code)] : [])],
    ['Began (UTC)', momentOf(entry.created_at)],
    ['Took', `${duration(entry.duration_ms)}${entry.first_byte_ms === null ? '' : `, first byte after ${duration(entry.first_byte_ms)}`}`],
    ['Tenant', `${entry.tenant} / ${entry.project}`],
    ['Key', entry.key_id],
    ['User', entry.user],
    ['Tags', Object.entries(entry.tags).map(([name, value]) => `${name}=${value}`).join(', ')],
    ['Asked for', [entry.operation, entry.requested_model, entry.tier && `tier ${entry.tier}`].filter(Boolean).join(', ')],
    ['Route', entry.route],
    ['Served by', [entry.target, entry.served_model].filter(Boolean).join(', ')],
    ['Picture', [`${count(entry.images)} of ${count(entry.n)}`, entry.size, entry.quality, entry.stream ? 'streamed' : null].filter(Boolean).join(', ')],
    ['Client’s id', entry.client_request_id],
    ['Corrects', entry.corrects && h('a', { href: `#job/${encodeURIComponent(entry.corrects)}` }, entry.corrects)],
  ];
  return h('dl', { class: 'facts' }, lines.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

function attempts(entry) {
  if (entry.attempts.length === 0) return empty('No provider was called.');
  return table('Attempts', [
    { title: '#', number: true, cell: ({ number }) => number },
    { title: 'Target', wrap: true, cell: ({ attempt }) => attempt.target ?? '–' },
    { title: 'Answer', cell: ({ attempt }) => badge(attempt.status ?? 'none', attempt.status >= 200 && attempt.status < 300 && !attempt.error_code ? 'ok' : 'bad') },
    { title: 'Code', wrap: true, cell: ({ attempt }) => attempt.error_code ?? '–' },
    { title: 'Took', number: true, cell: ({ attempt }) => duration(attempt.duration_ms) },
    { title: 'Charge', number: true, cell: ({ attempt }) => usdExact(attempt.charge_usd) },
  ], entry.attempts.map((attempt, i) => ({ attempt, number: i + 1 })));
}

const bases = {
  usage: 'as the provider counted', table: 'by the catalogue’s table', estimate: 'the worst case, since the provider reported no usage', none: 'nothing is charged',
};

async function charge(entry, signal) {
  const { data: prices } = await admin('prices', {}, signal);
  const { lines, total, factor } = arithmetic(entry, prices);
  const facts = h('dl', { class: 'facts' },
    h('dt', {}, 'Charge'), h('dd', {}, `${usdExact(entry.charge_usd)} (${entry.basis}: ${bases[entry.basis]})`),
    h('dt', {}, 'Held before'), h('dd', {}, usdExact(entry.worst_case_usd)),
    h('dt', {}, 'Billed to tenant'), h('dd', {}, usdExact(entry.billed_usd)),
    entry.avoided_usd ? [h('dt', {}, 'Saved by the cache'), h('dd', {}, usdExact(entry.avoided_usd))] : []);
  if (lines.length === 0) return [facts, ...corrections(entry)];
  return [facts, ...corrections(entry), table('Arithmetic of the charge', [
    { title: 'Item', wrap: true, cell: line => line.item },
    { title: entry.usage ? 'Tokens' : 'Pictures', number: true, cell: line => (line.quantity === undefined ? '' : count(line.quantity)) },
    { title: 'Price', number: true, cell: line => line.price ?? '' },
    { title: 'Amount', number: true, cell: line => usdExact(line.usd) },
  ], [...lines, { item: factor === 1 ? 'Charge' : `List price; charge at the target’s factor of ${factor}`, usd: total, isSum: true }], line => (line.isSum ? 'sum' : null))];
}

function corrections(entry) {
  if (!entry.corrections?.length) return [];
  return [h('h3', {}, 'Corrected later'), table('Corrections', [
    { title: 'UTC', cell: one => momentOf(one.created_at) },
    { title: 'Status', cell: one => one.status },
    { title: 'Change of the charge', number: true, cell: one => usdExact(one.charge_usd) },
  ], entry.corrections)];
}
