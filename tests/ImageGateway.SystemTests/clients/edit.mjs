// input: { images: [path…], mask: path, azure?: options, ...request }
import { azure, file, input, openai, print } from './client.mjs';

const { images, mask, azure: options, ...request } = input;
const client = options ? azure(options) : openai();
const files = await Promise.all(images.map(file));
const answer = await client.images.edit({ ...request, image: files.length === 1 ? files[0] : files, ...(mask && { mask: await file(mask) }) });
print({ images: answer, requestId: answer._request_id });
