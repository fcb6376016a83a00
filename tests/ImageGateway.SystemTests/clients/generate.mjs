import { input, openai, print } from './client.mjs';

const { data, response } = await openai().images.generate(input).withResponse();
print({ images: data, requestId: data._request_id, header: response.headers.get('x-request-id'), target: response.headers.get('x-gateway-target') });
