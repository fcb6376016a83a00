import { keyOf } from './session.js';

/** A request that failed, with words for the reader. kind: key, database, offline, missing or other. */
export class Failure extends Error {
  constructor(kind, message, status = 0) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

const kinds = { 401: 'key', 404: 'missing', 503: 'database' };

/** Fetches with a key; every answer but a success is a Failure. Addresses are relative to the page, for a proxy's prefix. */
export async function send(address, whose, options = {}) {
  const key = keyOf(whose) ?? '';
  // A header cannot hold it, which the browser would tell as if there were no connection.
  if (/[^\x20-\x7e]/.test(key)) throw new Failure('key', 'This is not a valid key: it contains characters that no key has.');
  const headers = { Authorization: `Bearer ${key}`, ...options.headers };
  let response;
  try {
    response = await fetch(`../${address}`, { cache: 'no-store', ...options, headers });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure('offline', 'The gateway cannot be reached.');
  }
  if (response.ok) return response;
  const text = await response.text();
  throw new Failure(kinds[response.status] ?? 'other', wordsOf(text) ?? `The gateway responded with ${response.status}.`, response.status);
}

// ProblemDetails of the control plane, or the envelope of the data plane.
function wordsOf(text) {
  try {
    const body = JSON.parse(text);
    return body.detail ?? body.error?.message ?? null;
  } catch {
    return null;
  }
}

/** An address below /admin/v1 with its query; lists are repeated, null is left out. */
export function adminAddress(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== '') parameters.append(name, one);
    }
  }
  return `admin/v1/${path}${parameters.size ? `?${parameters}` : ''}`;
}

/** JSON of the control plane. */
export async function admin(path, query, signal) {
  return (await send(adminAddress(path, query), 'admin', { signal })).json();
}
