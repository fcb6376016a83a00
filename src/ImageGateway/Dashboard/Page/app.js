import { admin } from './api.js';
import { h, say } from './dom.js';
import { failed } from './parts/panel.js';
import { forget, keep, keyOf } from './session.js';
import { budgets } from './views/budgets.js';
import { job } from './views/job.js';
import { jobs } from './views/jobs.js';
import { overview } from './views/overview.js';
import { playground } from './views/playground.js';
import { targets } from './views/targets.js';
import { traffic } from './views/traffic.js';

/** The views by the name in the address (#name, #name/argument). The playground asks for a tenant's key instead of an admin's. */
const views = {
  overview: { title: 'Spend', show: overview },
  budgets: { title: 'Budgets', show: budgets },
  traffic: { title: 'Traffic', show: traffic },
  targets: { title: 'Targets', show: targets },
  jobs: { title: 'Jobs', show: jobs },
  job: { title: 'Job', show: job, under: 'jobs' },
  playground: { title: 'Playground', show: playground, keyless: true },
};

const main = document.getElementById('main');
let leaving = new AbortController();

function show() {
  leaving.abort();
  leaving = new AbortController();
  const [name, argument] = location.hash.slice(1).split('/', 2);
  const view = Object.hasOwn(views, name) ? views[name] : views.overview;
  const current = view.under ?? Object.keys(views).find(key => views[key] === view);
  document.title = `${view.title} – ImageGateway`;
  for (const link of document.querySelectorAll('#views a')) {
    if (link.hash === `#${current}`) {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else link.removeAttribute('aria-current');
  }
  document.getElementById('leave').hidden = !keyOf('admin') && !keyOf('tenant');
  if (!view.keyless && !keyOf('admin')) {
    main.replaceChildren(entrance());
    return;
  }
  main.replaceChildren(...view.show({ signal: leaving.signal, argument: argument ? decodeURIComponent(argument) : null }));
  say(view.title);
}

/** Asks for the admin key; reason: why it is asked for again. */
function entrance(reason) {
  const input = h('input', { type: 'password', name: 'key', autocomplete: 'off', required: true, spellcheck: 'false', maxlength: '512' });
  const wrong = h('div', {}, reason ? failed(reason) : null);
  const submit = async event => {
    event.preventDefault();
    keep('admin', input.value.trim());
    try {
      // The one question that needs no database.
      await admin('targets');
      show();
    } catch (error) {
      forget('admin');
      wrong.replaceChildren(failed(error));
      input.focus();
    }
  };
  return h('section', { class: 'panel wide entrance', 'aria-label': 'Admin key' },
    h('h2', {}, 'Admin key'),
    h('p', {}, 'A key of ', h('code', {}, 'Gateway:AdminKeys'), '; one of the scope ', h('code', {}, 'read'), ' is enough. It stays in this tab and is gone with it.'),
    wrong,
    h('form', { class: 'row', onsubmit: submit }, h('label', { class: 'field' }, h('span', {}, 'Key'), input), h('button', { class: 'main' }, 'Open')));
}

document.getElementById('views').append(...Object.entries(views).filter(([, view]) => !view.under).map(([name, view]) => h('a', { href: `#${name}` }, view.title)));

const theme = document.getElementById('theme');
const nameTheme = () => {
  const isDark = window.colourScheme.current() === 'dark';
  theme.textContent = isDark ? 'Light' : 'Dark';
  theme.setAttribute('aria-label', `Use ${isDark ? 'light' : 'dark'} colours`);
};
theme.addEventListener('click', () => window.colourScheme.toggle());
addEventListener('colourscheme', nameTheme);
nameTheme();

document.getElementById('leave').addEventListener('click', () => {
  forget('admin');
  forget('tenant');
  show();
});
document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
addEventListener('wrongkey', event => {
  leaving.abort();
  forget('admin');
  main.replaceChildren(entrance(event.detail));
});
addEventListener('hashchange', show);
show();
