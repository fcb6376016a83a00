// input: { limitedKey }
import { failure, input, openai, print } from './client.mjs';

const job = { model: 'openai/gpt-image-1', prompt: 'a fox' };
print({
  wrongKey: await failure(() => openai({ apiKey: 'wrong' }).images.generate(job)),
  badSize: await failure(() => openai().images.generate({ ...job, size: '123x456' })),
  unknownModel: await failure(() => openai().images.generate({ ...job, model: 'no-such-model' })),
  notAllowed: await failure(() => openai({ apiKey: input.limitedKey }).images.generate(job)),
  unknownPath: await failure(() => openai().post('/no/such/path', { body: {} })),
  streamOfDallE: await failure(() => openai().images.generate({ ...job, model: 'dall-e-3', stream: true })),
  refusal: await failure(() => openai().images.generate({ ...job, prompt: '[moderated]' })),
});
