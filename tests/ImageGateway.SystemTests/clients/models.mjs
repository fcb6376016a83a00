import { openai, print } from './client.mjs';

const models = [];
for await (const model of openai().models.list())
  models.push(model);
const one = await openai().models.retrieve('gpt-image-1');
print({ models, one, requestId: one._request_id });
