import { admin } from '../api.js';
import { field, h, select } from '../dom.js';
import { count, dayOf, duration, hourOf, momentOf, percent } from '../format.js';
import { chart } from '../parts/charts.js';
import { empty, panel } from '../parts/panel.js';
import { table } from '../parts/table.js';
import { bucketsOf, periodOf, periods } from '../period.js';
import { card } from './overview.js';

const outcomes = [['completed', 'series-0'], ['cached', 'series-2'], ['refused', 'series-1'], ['failed', 'series-6'], ['abandoned', 'series-4']];

/** How many jobs there were, how they ended, how long they took. */
export function traffic({ signal }) {
  const chosen = { period: 'day', tenant: '', target: '' };
  let asked = null;
  const latest = () => asked ??= ask(chosen, signal).catch(error => {
    asked = null;
    throw error;
  });
  const figures = panel('Traffic now', async () => cards(await latest()), { signal, wide: true });
  figures.classList.add('plain');
  const parts = [
    figures,
    panel('Jobs', async () => jobsOver(await latest()), { signal, wide: true }),
    panel('Latency of completed jobs', async () => latencyOver(await latest()), { signal }),
    panel('Errors', async () => errorsOf(await latest()), { signal }),
  ];
  const change = name => value => {
    chosen[name] = value;
    asked = null;
    parts.forEach(part => part.reload());
  };
  const text = (name, label) => field(label, h('input', { size: '14', placeholder: 'all', onchange: event => change(name)(event.target.value.trim()) }));
  return [h('div', { class: 'bar-of-controls' }, field('Period', select('period', periods, chosen.period, change('period'))), text('tenant', 'Tenant'), text('target', 'Target')), ...parts];
}

async function ask({ period: name, tenant, target }, signal) {
  const period = periodOf(name);
  const answer = await admin('ledger/outcomes', { from: period.from, to: period.to, granularity: period.granularity, tenant, target }, signal);
  const buckets = new Map(answer.data.map(bucket => [bucket.start_time, bucket]));
  const starts = bucketsOf(period);
  return { ...answer, labels: starts.map(period.granularity === 'hour' ? hourOf : dayOf), buckets: starts.map(start => buckets.get(start)) };
}

function cards({ total, from, is_whole: isWhole }) {
  const errors = total.failed + total.abandoned;
  return [
    isWhole ? null : h('p', { class: 'warning' }, `The newest ${count(total.jobs)} jobs, since ${momentOf(from)}; there are more in this period.`),
    h('dl', { class: 'cards' },
      card('Jobs', count(total.jobs), `${count(total.completed)} completed, ${count(total.cached)} from the cache`),
      card('Errors', total.jobs > 0 ? percent(errors / total.jobs) : '–', `${count(errors)} failed or cut off, ${count(total.refused)} refused`),
      card('Median', duration(total.median_ms), 'half of the completed jobs are faster'),
      card('95th percentile', duration(total.p95_ms), 'one in twenty takes longer')),
  ].filter(Boolean);
}

function jobsOver({ total, labels, buckets }) {
  if (total.jobs === 0) return empty('No jobs in this period.');
  const series = outcomes.filter(([name]) => total[name] > 0).map(([name, tone]) => ({ name, tone, values: buckets.map(bucket => bucket?.[name] ?? 0) }));
  const summary = outcomes.filter(([name]) => total[name] > 0).map(([name]) => `${total[name]} ${name}`).join(', ');
  return chart('Jobs', { labels, series, format: count, summary });
}

function latencyOver({ total, labels, buckets }) {
  if (total.completed === 0) return empty('No completed jobs in this period.');
  const series = [
    { name: 'median', tone: 'series-0', values: buckets.map(bucket => bucket?.median_ms ?? null) },
    { name: '95th percentile', tone: 'series-1', values: buckets.map(bucket => bucket?.p95_ms ?? null) },
  ];
  return chart('Latency of completed jobs', { labels, series, format: duration, summary: `Median ${duration(total.median_ms)}, 95th percentile ${duration(total.p95_ms)}`, lines: true });
}

function errorsOf({ errors, total }) {
  if (errors.length === 0) return empty('No errors in this period.');
  return table('Errors', [
    { title: 'Code', wrap: true, cell: error => h('code', {}, error.error_code) },
    { title: 'Jobs', number: true, cell: error => count(error.jobs) },
    { title: 'Share', number: true, cell: error => percent(error.jobs / total.jobs) },
  ], errors);
}
