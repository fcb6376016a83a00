// What every script needs: the clients as a user makes them, and one line of JSON as the result.
import OpenAI, { AzureOpenAI, toFile } from 'openai';
import { readFile } from 'node:fs/promises';

const { GATEWAY_URL, GATEWAY_KEY, INPUT } = process.env;

/** What the test passed in. */
export const input = INPUT ? JSON.parse(INPUT) : {};

export const openai = (options = {}) => new OpenAI({ baseURL: `${GATEWAY_URL}/v1`, apiKey: GATEWAY_KEY, maxRetries: 0, ...options });

export const azure = (options = {}) =>
  new AzureOpenAI({ endpoint: GATEWAY_URL, apiKey: GATEWAY_KEY, apiVersion: '2025-04-01-preview', maxRetries: 0, ...options });

export const file = async path => toFile(await readFile(path), path.split('/').at(-1), { type: 'image/png' });

export const print = result => console.log(JSON.stringify(result));

/** The error of a call that must fail, as the client's user sees it. */
export async function failure(call) {
  try {
    await call();
    return { class: null };
  } catch (error) {
    return {
      class: error.constructor.name,
      isApiError: error instanceof OpenAI.APIError,
      status: error.status ?? null,
      code: error.code ?? null,
      param: error.param ?? null,
      type: error.type ?? null,
      requestId: error.requestID ?? null,
      message: error.message,
    };
  }
}
