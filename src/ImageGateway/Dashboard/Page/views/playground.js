import { send } from '../api.js';
import { field, h, say, select } from '../dom.js';
import { count, usd, usdExact } from '../format.js';
import { failed } from '../parts/panel.js';
import { table } from '../parts/table.js';
import { forget, keep, keyOf } from '../session.js';
import { eventsOf } from './events.js';

const words = list => list.map(word => [word, word]);
const tiers = [['draft', 'draft: fast and cheap'], ['final', 'final: best']];
const sizes = words(['1024x1024', '1536x1024', '1024x1536', 'auto']);
const qualities = words(['auto', 'low', 'medium', 'high']);
const partials = 2;

/** Generates an image as a tenant would: the estimate, then the image as it arrives. It is charged like any other. */
export function playground({ signal }) {
  const result = h('div', { class: 'body' });
  const panel = h('section', { class: 'panel wide', 'aria-label': 'Playground' });
  const render = reason => panel.replaceChildren(h('div', { class: 'head' }, h('h2', {}, 'Playground')), keyOf('tenant') ? workbench(result, signal, render) : keyForm(render, reason));
  render();
  return [panel];
}

function keyForm(render, reason) {
  const input = h('input', { type: 'password', name: 'key', autocomplete: 'off', required: true, spellcheck: 'false', maxlength: '512' });
  const wrong = h('div', {}, reason ? failed(reason) : null);
  const submit = async event => {
    event.preventDefault();
    keep('tenant', input.value.trim());
    try {
      await send('v1/models', 'tenant');
      render();
    } catch (error) {
      forget('tenant');
      if (error.kind === 'missing') error.message = 'Images cannot be generated at this address: the control plane listens separately (Gateway:Admin:Urls), so the playground cannot reach the data plane.';
      wrong.replaceChildren(failed(error));
    }
  };
  return h('form', { class: 'body', onsubmit: submit },
    h('p', {}, 'The playground generates images as a tenant, at that tenant’s cost, so it needs a tenant’s key. The key is kept in this tab only, until you close it.'),
    wrong,
    h('div', { class: 'bar-of-controls' }, field('Tenant’s key', input), h('button', { class: 'main' }, 'Use key')));
}

function workbench(result, signal, render) {
  const prompt = h('textarea', { name: 'prompt', rows: '4', required: true, maxlength: '32000' });
  prompt.value = 'A lighthouse on a cliff at dusk, watercolour';
  const [tier, size, quality] = [select('tier', tiers, 'draft'), select('size', sizes, '1024x1024'), select('quality', qualities, 'low')];
  const estimate = h('button', { type: 'button' }, 'Estimate');
  const draw = h('button', { class: 'main' }, 'Generate');
  const stop = h('button', { type: 'button', disabled: true }, 'Stop');
  const body = () => ({ model: tier.value, prompt: prompt.value, size: size.value, quality: quality.value, stream: true, partial_images: partials });
  let running = null;
  signal.addEventListener('abort', () => running?.abort());

  const run = async work => {
    running = new AbortController();
    [estimate.disabled, draw.disabled, stop.disabled] = [true, true, false];
    try {
      await work(running.signal);
    } catch (error) {
      if (error.kind === 'key') {
        forget('tenant');
        render(error);
      } else result.append(error.name === 'AbortError' ? h('p', { class: 'note', role: 'status' }, 'Stopped.') : failed(error));
    }
    [estimate.disabled, draw.disabled, stop.disabled] = [false, false, true];
  };
  estimate.onclick = () => prompt.form.reportValidity() && run(async stopped => result.replaceChildren(await estimated(body(), stopped)));
  stop.onclick = () => running?.abort();
  const form = h('form', { class: 'body', onsubmit: event => {
    event.preventDefault();
    run(stopped => drawn(body(), result, stopped));
  } }, field('Prompt', prompt), field('Tier', tier), field('Size', size), field('Quality', quality), h('div', { class: 'bar-of-controls' }, estimate, draw, stop));
  return h('div', { class: 'split' }, form, result);
}

const post = (path, body, signal) => send(path, 'tenant', { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' }, signal });

async function estimated(body, signal) {
  const plan = await (await post('v1/images/estimate', body, signal)).json();
  const [first] = plan.targets;
  return h('div', { class: 'body' },
    h('p', {}, h('strong', {}, plan.expected_usd === null ? 'No price' : usd(plan.expected_usd)), ` expected, ${plan.worst_case_usd === null ? 'unknown' : usd(plan.worst_case_usd)} at worst · ${[first.target, first.model].filter(Boolean).join(', ')}`),
    table('Estimate at worst', [
      { title: 'Item', wrap: true, cell: line => line.item.replaceAll('_', ' ') },
      { title: first.lines[0]?.images ? 'Pictures' : 'Tokens', number: true, cell: line => count(line.tokens ?? line.images) },
      { title: 'Price', number: true, cell: line => (line.tokens === null ? `$${line.usd_per_image} each` : `$${line.usd_per_million} a million`) },
      { title: 'Amount', number: true, cell: line => usdExact(line.usd) },
    ], first.lines));
}

async function drawn(body, result, signal) {
  const frame = h('div', { class: 'picture' }, h('p', {}, 'Waiting for the first image…'), h('progress', { 'aria-label': 'Generating' }));
  result.replaceChildren(await estimated(body, signal), frame);
  const began = performance.now();
  const response = await post('v1/images/generations', body, signal);
  const picture = h('img', { alt: '' });
  const caption = h('p', { role: 'status' });
  for await (const event of eventsOf(response.body)) {
    if (event.type === 'error') throw Object.assign(new Error(event.error.message), { kind: 'other' });
    picture.src = `data:image/${event.output_format ?? 'png'};base64,${event.b64_json}`;
    const isLast = event.type.endsWith('.completed');
    picture.alt = isLast ? body.prompt : `Unfinished: ${body.prompt}`;
    caption.textContent = `${isLast ? 'Finished' : `Partial image ${event.partial_image_index + 1}`} after ${((performance.now() - began) / 1000).toFixed(1)} s`;
    frame.replaceChildren(picture, caption, ...(isLast ? [] : [h('progress', { 'aria-label': 'Generating' })]));
  }
  frame.after(await told(response, signal));
  say('The image is finished');
}

async function told(response, signal) {
  const id = response.headers.get('x-request-id');
  const job = await (await send(`v1/images/jobs/${id}`, 'tenant', { signal })).json();
  const lines = [
    ['Charge', job.charge_usd === null ? 'not settled yet' : `${usdExact(job.charge_usd)} (${job.basis})`],
    ['Tokens', job.usage ? count(job.usage.total_tokens) : null],
    ['Served by', response.headers.get('x-gateway-target') ?? response.headers.get('x-gateway-model')],
    ['Cache', response.headers.get('x-gateway-cache')],
    ['Request id', h('span', { class: 'id' }, id)],
  ];
  return h('dl', { class: 'facts' }, lines.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}
