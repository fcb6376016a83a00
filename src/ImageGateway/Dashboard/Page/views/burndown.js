import { admin } from '../api.js';
import { h } from '../dom.js';
import { dayAndHourOf, dayOf, hourOf, momentOf } from '../format.js';
import { chart } from '../parts/charts.js';
import { empty } from '../parts/panel.js';
import { amountOf } from './budgets.js';

const hour = 3600;
const day = 24 * hour;

/** The remaining budget over its window, and when it will be used up at the present rate. */
export async function burnDown(limit, signal) {
  if (!limit.limit.startsWith('usd')) return empty('The burn-down is shown for budgets in USD.');
  const now = Math.floor(Date.now() / 1000);
  const window = windowOf(limit, now);
  const spend = await admin('spend', { ...scopeOf(limit), from: window.from, granularity: window.width === hour ? 'hour' : 'day', top: 1 }, signal);
  const buckets = new Map((spend.data[0]?.buckets ?? []).map(bucket => [bucket.start_time, bucket.charge_usd]));
  const starts = [];
  for (let start = window.from; start < window.to; start += window.width) starts.push(start);

  // Backwards from what is used now, so that it ends at the budget's present state, whatever was spent before the window shown.
  let left = limit.max - limit.used + [...buckets.values()].reduce((sum, charge) => sum + charge, 0);
  const began = left;
  const rest = starts.map(start => (start > now ? null : (left -= buckets.get(start) ?? 0)));
  const rate = (began - left) / Math.max(window.width, now - window.from);
  const ends = limit.resets_at ?? window.to;
  const series = [{ name: 'remaining', values: rest, tone: 'series-0' }];
  if (limit.resets_at) {
    const endOf = start => Math.min(start + window.width, ends);
    series.push({ name: 'even', values: starts.map(start => limit.max * (1 - (endOf(start) - window.from) / (ends - window.from))), dashed: true, tone: 'series-8' });
    series.push({ name: 'at this rate', values: starts.map(start => (endOf(start) <= now ? null : start <= now ? left : Math.max(0, left - rate * (endOf(start) - now)))), dashed: true, tone: 'series-1' });
  }
  const summary = told(limit, left, rate, now);
  return [
    h('p', {}, h('strong', {}, limit.scope), ` · ${amountOf(limit, Math.max(0, left))} of ${amountOf(limit, limit.max)} left. ${summary}`),
    ...chart(`Burn-down of ${limit.scope}`, { labels: starts.map(window.width === hour ? hourOf : dayOf), series, format: value => amountOf(limit, value), summary, lines: true }),
  ];
}

function windowOf(limit, now) {
  if (limit.limit === 'usd_per_day') return { from: limit.resets_at - day, to: limit.resets_at, width: hour };
  const today = Math.floor(now / day) * day;
  if (limit.limit === 'usd_total') return { from: today - 29 * day, to: today + day, width: day };
  const end = new Date(limit.resets_at * 1000);
  return { from: Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - 1, 1) / 1000, to: limit.resets_at, width: day };
}

function told(limit, left, rate, now) {
  if (left <= 0) return `Used up${limit.resets_at ? ` until ${momentOf(limit.resets_at)}` : ''}.`;
  if (rate <= 0) return 'Nothing was spent.';
  const gone = now + left / rate;
  return limit.resets_at && gone >= limit.resets_at
    ? `At this rate ${amountOf(limit, left - rate * (limit.resets_at - now))} is left when it resets.`
    : `At this rate it is used up on ${dayAndHourOf(gone)}.`;
}

// tenant:acme, project:acme/web, key:ID, user:acme/U as filters of the spend.
function scopeOf({ scope, tenant }) {
  const [kind, name] = [scope.slice(0, scope.indexOf(':')), scope.slice(scope.indexOf(':') + 1)];
  const below = name.slice(name.indexOf('/') + 1);
  return { tenant, ...{ tenant: {}, project: { project: below }, key: { key_id: name }, user: { user: below } }[kind] };
}
