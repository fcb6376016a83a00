// Holds Kubernetes objects (a list on standard input) against Kubernetes' schemas; prints what is wrong with them as a list.
import { readFileSync } from 'node:fs';

const capital = word => word[0].toUpperCase() + word.slice(1);

async function schemaOf({ apiVersion, kind }) {
  const [version, group = 'core'] = apiVersion.split('/').reverse();
  const name = `IoK8sApi${capital(group.split('.')[0])}${capital(version)}${kind}`;
  try {
    return (await import(`kubernetes-models/_schemas/${name}`)).validate;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return null;
  }
}

// The schemas allow members that they do not know, so those that they never looked at are mistakes.
function watched(value, path, unread) {
  if (value === null || typeof value !== 'object') return value;
  const members = Array.isArray(value) ? [] : Object.keys(value);
  members.forEach(name => unread.add(`${path}/${name}`));
  const children = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, watched(child, `${path}/${name}`, unread)]));
  return new Proxy(value, {
    get(target, name) {
      unread.delete(`${path}/${String(name)}`);
      return Object.hasOwn(children, name) ? children[name] : target[name];
    },
  });
}

const mistakes = [];
for (const object of JSON.parse(readFileSync(0, 'utf8'))) {
  const name = `${object.kind}/${object.metadata.name}`;
  const validate = await schemaOf(object);
  if (!validate) {
    mistakes.push(`${name}: there is no ${object.kind} in ${object.apiVersion}`);
    continue;
  }
  const unread = new Set();
  if (!validate(watched(object, name, unread))) mistakes.push(...validate.errors.map(e => `${name}${e.instancePath}: ${e.message ?? e.keyword} ${JSON.stringify(e.params)}`));
  mistakes.push(...[...unread].map(path => `${path}: unknown`));
}
console.log(JSON.stringify(mistakes));
