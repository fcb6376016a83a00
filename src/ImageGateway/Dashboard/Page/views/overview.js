import { admin } from '../api.js';
import { downloadCsv } from '../csv.js';
import { field, h, select } from '../dom.js';
import { count, dayOf, digitsFor, hourOf, percent, usd } from '../format.js';
import { chart } from '../parts/charts.js';
import { empty, panel } from '../parts/panel.js';
import { bar, table } from '../parts/table.js';
import { bucketsOf, periodOf, periods } from '../period.js';

const groups = [['tenant', 'Tenant'], ['model', 'Model'], ['target', 'Target']];
const shown = 8;
const chosen = { period: 'month', group: 'tenant', tag: '' };

/** Spend: today, this month, the forecast; over time; by tenant; what the cache saved. */
export function overview({ signal }) {
  const period = () => periodOf(chosen.period);
  const now = panel('Spend now', () => figures(signal), { signal, wide: true });
  now.classList.add('plain');
  // Two parts show the same answer; what failed is asked again.
  let asked = null;
  const latest = () => asked ??= spendOf(period(), signal).catch(error => {
    asked = null;
    throw error;
  });
  const csv = h('button', { type: 'button', onclick: () => latest().then(spend => downloadCsv(`spend-by-${chosen.group}.csv`, rowsOf(spend)), () => overTime.reload()) }, 'Download CSV');
  const overTime = panel('Spend over time', async () => stacked(await latest()), { signal, wide: true, actions: [csv] });
  const saved = panel('Saved by the cache', async () => savings(await latest()), { signal });
  const tops = [
    panel('Top tenants', () => top(period(), 'tenant', signal), { signal }),
    panel('Top users', () => top(period(), 'user', signal), { signal }),
    tagPanel(period, signal),
  ];
  const controls = h('div', { class: 'bar-of-controls' },
    field('Period', select('period', periods, chosen.period, value => {
      chosen.period = value;
      asked = null;
      [overTime, saved, ...tops].forEach(part => part.reload());
    })),
    field('Stacked by', select('group', groups, chosen.group, value => {
      chosen.group = value;
      asked = null;
      [overTime, saved].forEach(part => part.reload());
    })));
  return [now, controls, overTime, saved, ...tops];
}

const ask = (period, query, signal) => admin('spend', { from: period.from, to: period.to, ...query }, signal);

const spendOf = async (period, signal) =>
  ({ period, spend: await ask(period, { group_by: chosen.group, top: shown, granularity: period.granularity }, signal) });

async function figures(signal) {
  const [day, month] = await Promise.all([admin('spend', { window: 'day', top: 1 }, signal), admin('spend', { top: 1 }, signal)]);
  const ends = dayOf(month.forecast.to - 1);
  return h('dl', { class: 'cards' },
    card('Today (UTC)', usd(day.forecast.spent_usd), `${usd(day.forecast.forecast_usd)} by midnight at this rate`),
    card('Month to date', usd(month.forecast.spent_usd), `${count(month.total.images)} images, ${count(month.total.requests)} requests`),
    card(`Forecast to ${ends}`, usd(month.forecast.forecast_usd), `${usd(month.burn_rate_usd_per_hour)} an hour in the last 24 hours`),
    card('Saved by the cache', usd(month.total.avoided_usd), `${percent(shareSaved(month.total))} of this month’s cost without it`));
}

const shareSaved = ({ avoided_usd: avoided, charge_usd: charge }) => (avoided + charge > 0 ? avoided / (avoided + charge) : 0);

export const card = (title, figure, aside) => h('div', { class: 'card' }, h('dt', {}, title), h('dd', { class: 'figure' }, figure), h('dd', { class: 'aside' }, aside));

const nameOf = value => (value === null || value === undefined ? '(none)' : value);

// One series a group, the others as the last; zero where nothing happened.
function seriesOf({ period, spend }) {
  const starts = bucketsOf(period);
  const rows = [...spend.data, ...(spend.other ? [spend.other] : [])];
  return rows.map((row, i) => {
    const byStart = new Map(row.buckets.map(bucket => [bucket.start_time, bucket]));
    return { name: i < spend.data.length ? nameOf(row[spend.group_by[0]]) : 'others', tone: i < spend.data.length ? undefined : 'series-8', buckets: starts.map(start => byStart.get(start)) };
  });
}

const labelsOf = period => bucketsOf(period).map(period.granularity === 'hour' ? hourOf : dayOf);

function stacked(latest) {
  const { spend, period } = latest;
  if (spend.total.jobs === 0) return empty('No jobs in this period.');
  const series = seriesOf(latest).map(({ name, tone, buckets }) => ({ name, tone, values: buckets.map(bucket => bucket?.charge_usd ?? 0) }));
  const most = Math.max(...labelsOf(period).map((_, i) => series.reduce((sum, one) => sum + one.values[i], 0)));
  const summary = `${usd(spend.total.charge_usd)} in all; ${series.slice(0, 3).map(one => `${one.name} ${usd(one.values.reduce((a, b) => a + b, 0))}`).join(', ')}.`;
  return [
    h('p', {}, h('strong', {}, usd(spend.total.charge_usd)), ` charged, ${usd(spend.total.billed_usd)} billed, ${count(spend.total.images)} images`),
    ...chart('Spend over time', { labels: labelsOf(period), series, format: value => usd(value, digitsFor(most)), summary }),
  ];
}

function savings(latest) {
  const { spend, period } = latest;
  const values = bucketsOf(period).map(() => 0);
  for (const { buckets } of seriesOf(latest)) buckets.forEach((bucket, i) => { values[i] += bucket?.avoided_usd ?? 0; });
  if (spend.total.avoided_usd === 0) return empty('The cache saved nothing in this period. It is off until a tenant has Cache:Ttl.');
  const summary = `${usd(spend.total.avoided_usd)} avoided, ${percent(shareSaved(spend.total))} of what it would have cost.`;
  return [
    h('p', {}, h('strong', {}, usd(spend.total.avoided_usd)), ` avoided, ${percent(shareSaved(spend.total))} of what it would have cost`),
    ...chart('Saved by the cache', { labels: labelsOf(period), series: [{ name: 'avoided', values, tone: 'series-2' }], format: value => usd(value, digitsFor(Math.max(...values))), summary }),
  ];
}

function rowsOf(latest) {
  const starts = bucketsOf(latest.period);
  const header = ['start_time_iso', latest.spend.group_by[0], 'charge_usd', 'billed_usd', 'avoided_usd', 'jobs', 'requests', 'images'];
  const rows = seriesOf(latest).flatMap(({ name, buckets }) => buckets.map((bucket, i) => bucket && [
    new Date(starts[i] * 1000).toISOString(), name, bucket.charge_usd, bucket.billed_usd, bucket.avoided_usd, bucket.jobs, bucket.requests, bucket.images]).filter(Boolean));
  return [header, ...rows];
}

async function top(period, group, signal) {
  const spend = await ask(period, { group_by: group, top: 10 }, signal);
  if (spend.data.length === 0) return empty('Nobody yet.');
  const most = Math.max(...spend.data.map(row => row.charge_usd), spend.other?.charge_usd ?? 0);
  const rows = [...spend.data.map(row => ({ ...row, name: nameOf(row[group]) })), ...(spend.other ? [{ ...spend.other, name: 'others' }] : [])];
  return table(`Spend by ${group}`, [
    { title: group.replace('tag:', ''), wrap: true, cell: row => row.name },
    { title: 'Share', spare: true, cell: row => bar(most > 0 ? row.charge_usd / most : 0) },
    { title: 'Pictures', number: true, cell: row => count(row.images) },
    { title: 'Charge', number: true, cell: row => usd(row.charge_usd, digitsFor(most)) },
  ], rows);
}

// The tags' names are those of the newest jobs; any other can be typed.
function tagPanel(period, signal) {
  const names = h('datalist', { id: 'tag-names' });
  const input = h('input', { list: 'tag-names', size: '12', placeholder: 'team', value: chosen.tag, onchange: event => {
    chosen.tag = event.target.value.trim();
    part.reload();
  } });
  const load = async () => {
    if (names.childElementCount === 0) {
      const { data } = await admin('ledger', { limit: 100 }, signal);
      names.append(...[...new Set(data.flatMap(entry => Object.keys(entry.tags)))].map(value => h('option', { value })));
      chosen.tag ||= names.firstChild?.value ?? '';
      input.value = chosen.tag;
    }
    return chosen.tag ? top(period(), `tag:${chosen.tag}`, signal) : empty('No job has a tag (X-Gateway-Tags).');
  };
  const part = panel('Top tags', load, { signal, actions: [names, field('Tag', input)] });
  return part;
}
