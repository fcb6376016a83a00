import { admin } from '../api.js';
import { field, h } from '../dom.js';
import { count, digitsFor, momentOf, percent, usd } from '../format.js';
import { empty, panel } from '../parts/panel.js';
import { badge, bar, table } from '../parts/table.js';
import { burnDown } from './burndown.js';

const mostScopes = 500;
const words = {
  usd_per_day: 'USD a day', usd_per_month: 'USD a month', usd_total: 'USD in all', output_tokens_per_month: 'tokens a month',
  output_tokens_per_minute: 'tokens a minute', images_per_minute: 'images a minute', requests_per_minute: 'requests a minute', concurrent_images: 'images at once',
};
const isBudget = limit => limit.limit.startsWith('usd') || limit.limit.endsWith('month');

/** Every budget and rate: used, held, remaining; and how the chosen budget burns down. */
export function budgets({ signal }) {
  const chosen = { tenant: '', limit: null };
  // Both tables are of one answer; what failed is asked again.
  let asked = null;
  const load = () => asked ??= admin('limits', { tenant: chosen.tenant, limit: mostScopes }, signal).catch(error => {
    asked = null;
    throw error;
  });
  const list = panel('Budgets', async () => {
    const { data, next_cursor: more } = await load();
    const all = data.flatMap(scope => scope.limits.map(limit => ({ ...limit, tenant: scope.tenant }))).filter(isBudget).sort((a, b) => shareOf(b) - shareOf(a));
    chosen.limit = all.find(limit => limit.scope === chosen.limit?.scope && limit.limit === chosen.limit.limit) ?? all[0] ?? null;
    burning.reload();
    if (all.length === 0) return empty('No budgets. Set them in the configuration (Limits) or by PUT /admin/v1/tenants/{tenant}/limits.');
    return [more && h('p', { class: 'warning' }, `Only the first ${mostScopes} scopes; choose a tenant.`), limitTable('Budgets', all, limit => {
      chosen.limit = limit;
      list.reload();
    }, chosen)].filter(Boolean);
  }, { signal, wide: true });
  const burning = panel('Burn-down', async () => (chosen.limit ? burnDown(chosen.limit, signal) : empty('Choose a budget.')), { signal, wide: true });
  const rates = panel('Rates', async () => {
    const all = (await load()).data.flatMap(scope => scope.limits).filter(limit => !isBudget(limit));
    return all.length === 0 ? empty('No limits per minute or on concurrency.') : limitTable('Rates', all);
  }, { signal, wide: true });
  const tenant = h('input', { size: '16', placeholder: 'all', onchange: event => {
    chosen.tenant = event.target.value.trim();
    asked = null;
    list.reload();
    rates.reload();
  } });
  return [h('div', { class: 'bar-of-controls' }, field('Tenant', tenant)), list, burning, rates];
}

const shareOf = limit => (limit.max > 0 ? (limit.used + limit.held) / limit.max : 0);

/** An amount of a limit in its unit. */
export const amountOf = (limit, amount) => (limit.limit.startsWith('usd') ? usd(amount, digitsFor(limit.max)) : count(amount));

function limitTable(caption, limits, choose, chosen) {
  const isChosen = limit => limit.scope === chosen?.limit?.scope && limit.limit === chosen.limit.limit;
  return table(caption, [
    { title: 'Of', cell: limit => (choose ? h('button', { class: 'link', type: 'button', 'aria-pressed': String(isChosen(limit)), onclick: () => choose(limit) }, limit.scope) : limit.scope) },
    { title: 'Limit', cell: limit => words[limit.limit] },
    { title: 'Max', number: true, cell: limit => amountOf(limit, limit.max) },
    { title: 'Used', number: true, cell: limit => amountOf(limit, limit.used) },
    { title: 'Held', number: true, cell: limit => amountOf(limit, limit.held) },
    { title: 'Remaining', number: true, cell: limit => amountOf(limit, limit.remaining) },
    { title: 'Used up', spare: true, cell: limit => bar(shareOf(limit), toneOf(limit)) },
    { title: '', number: true, cell: limit => badge(percent(shareOf(limit)), toneOf(limit) || 'ok') },
    ...(choose ? [{ title: 'Begins anew', cell: limit => (limit.resets_at ? momentOf(limit.resets_at) : '–') }] : []),
    { title: 'Mode', cell: limit => limit.mode },
  ], limits, limit => (isChosen(limit) ? 'chosen' : null));
}

const toneOf = limit => (shareOf(limit) >= 1 ? 'bad' : shareOf(limit) >= 0.8 ? 'warn' : '');
