/**
 * Makes an element. Text is only ever set as text, so nothing that a client wrote (tags, users, codes) becomes markup.
 * @param {string} name its tag.
 * @param {Record<string, unknown>} [properties] attributes; 'on…' a listener; null, undefined and false are left out.
 * @param {...(Node|string|number|null|undefined)} children
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** A labelled field. */
export function field(label, control, hint) {
  return h('label', { class: 'field' }, h('span', {}, label), control, hint ? h('small', {}, hint) : null);
}

/** A selection of [value, text] pairs. */
export function select(name, options, chosen, onchange) {
  const list = h('select', { name, onchange: event => onchange?.(event.target.value) }, options.map(([value, text]) => h('option', { value }, text)));
  list.value = chosen;
  return list;
}

/** Tells a reader of the screen what has changed. */
export function say(text) {
  document.getElementById('said').textContent = text;
}
