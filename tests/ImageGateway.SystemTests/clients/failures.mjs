// input: { retries, times }: so many calls, each with that many retries allowed.
import { failure, input, openai, print } from './client.mjs';

const failures = [];
for (let i = 0; i < input.times; i++)
  failures.push(await failure(() => openai({ maxRetries: input.retries }).images.generate({ model: input.model ?? 'openai/gpt-image-1', prompt: 'a fox' })));
print(failures);
