// input: { image: path }
import { failure, file, input, openai, print } from './client.mjs';

const image = await file(input.image);
const answer = await openai().images.createVariation({ image, model: 'dall-e-2', size: '256x256' });
print({ images: answer, refusal: await failure(() => openai().images.createVariation({ image, model: 'gpt-image-1' })) });
