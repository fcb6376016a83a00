// input: { azure: options, request }
import { azure, input, print } from './client.mjs';

const answer = await azure(input.azure).images.generate(input.request);
print({ images: answer, requestId: answer._request_id });
