import { h } from '../dom.js';

const advice = {
  offline: 'Is it running, and are you online?',
  database: 'Data from its database cannot be shown.',
};

/** What is shown in the place of something that failed; again: a way to try once more. */
export function failed(failure, again) {
  return h('div', { class: 'failed', role: 'alert' },
    h('p', {}, h('strong', {}, failure.message), ' ', advice[failure.kind] ?? ''),
    again ? h('button', { type: 'button', onclick: again }, 'Try again') : null);
}

// Without a database or a connection every part fails alike: it is told once, and tried again in all of them.
const toldElsewhere = (failure, body) =>
  [...document.querySelectorAll('main [role=alert]')].some(alert => !body.contains(alert) && alert.textContent.startsWith(failure.message));

const retry = () => document.querySelectorAll('main [data-failed]').forEach(section => section.reload());

export const empty = text => h('p', { class: 'empty' }, text);

/**
 * A part of a view that loads by itself: what one query cannot answer leaves the others be.
 * @param {string} title
 * @param {(signal: AbortSignal) => Promise<Node|Node[]>} load
 * @param {{ actions?: Node[], signal: AbortSignal, wide?: boolean }} options
 */
export function panel(title, load, { actions = [], signal, wide } = {}) {
  const body = h('div', { class: 'body', 'aria-busy': 'true' }, h('p', { class: 'loading' }, 'Loading…'));
  const section = h('section', { class: wide ? 'panel wide' : 'panel', 'aria-label': title },
    h('div', { class: 'head' }, h('h2', {}, title), h('div', { class: 'actions' }, actions)), body);
  let turn = 0;
  section.reload = async () => {
    const mine = ++turn;
    body.setAttribute('aria-busy', 'true');
    delete section.dataset.failed;
    let content;
    try {
      content = await load(signal);
    } catch (error) {
      if (error.name === 'AbortError' || signal?.aborted) return;
      if (error.kind === 'key') dispatchEvent(new CustomEvent('wrongkey', { detail: error }));
      else if (error.kind === undefined) console.error(error);
      content = toldElsewhere(error, body) ? empty('Missing for the same reason.') : failed(error, retry);
      section.dataset.failed = '';
    }
    // A slower answer to an older question is dropped.
    if (mine !== turn || signal?.aborted) return;
    body.replaceChildren(...[content].flat());
    body.setAttribute('aria-busy', 'false');
  };
  section.reload();
  return section;
}
