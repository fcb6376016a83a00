// input: the request; with "times" it is made so often, and how each stream ended is told.
import { failure, input, openai, print } from './client.mjs';

const { times = 1, ...request } = input;
const streams = [];
for (let i = 0; i < times; i++) {
  const events = [];
  const error = await failure(async () => {
    for await (const event of await openai().images.generate({ ...request, stream: true }))
      events.push({ ...event, b64_json: `${event.b64_json.length} characters` });
  });
  streams.push({ events, error });
}
print(streams);
