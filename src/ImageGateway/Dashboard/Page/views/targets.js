import { admin } from '../api.js';
import { h } from '../dom.js';
import { count, duration, momentOf, percent } from '../format.js';
import { empty, panel } from '../parts/panel.js';
import { badge, table } from '../parts/table.js';

const tones = { healthy: 'ok', resting: 'warn', open: 'bad', drained: 'quiet' };
const meanings = { healthy: 'takes jobs', resting: 'asked to wait by its provider', open: 'circuit open after failures', drained: 'switched off by hand' };

/** Every target: health and circuit, room, speed. */
export function targets({ signal }) {
  const part = panel('Targets', async () => {
    const { data } = await admin('targets', {}, signal);
    if (data.length === 0) return empty('No targets are configured.');
    const healthy = data.filter(target => target.state === 'healthy').length;
    return [
      h('p', {}, h('strong', {}, `${healthy} of ${data.length}`), ` take jobs. As this replica sees it at ${momentOf(Date.now() / 1000)} UTC.`),
      table('Targets', [
        { title: 'Target', cell: target => h('span', {}, target.target, target.simulated ? h('small', {}, ' simulated') : null) },
        { title: 'State', cell: target => h('span', { title: meanings[target.state] }, badge(target.state, tones[target.state] ?? 'quiet')) },
        { title: 'Requests left', number: true, cell: target => (target.requests_left === null ? 'unlimited' : `${count(target.requests_left)} / min`) },
        { title: 'Free in', number: true, cell: target => (target.wait_ms > 0 ? duration(target.wait_ms) : 'now') },
        { title: 'Median', number: true, cell: target => (target.median_ms > 0 ? duration(target.median_ms) : '–') },
        { title: 'Errors', number: true, cell: target => percent(target.error_share) },
        { title: 'Model', cell: target => target.model },
        { title: 'Region', cell: target => target.region ?? '–' },
        { title: 'Retires', cell: target => target.shutdown_date ?? '–' },
      ], data),
    ];
  }, { signal, wide: true, actions: [h('button', { type: 'button', onclick: () => part.reload() }, 'Refresh')] });
  return [part];
}
