/**
 * The calculation of a job's list price: tokens or images at the prices of the day, line by line.
 * @returns {{ lines: { item: string, quantity?: number, price?: string, usd: number }[], total: number, factor: number }}
 *   total: the list price; factor: what the target charges of it.
 */
export function arithmetic(entry, prices) {
  const price = priceOf(entry, prices);
  const lines = !price ? [] : entry.usage ? ofTokens(entry.usage, price) : ofPictures(entry, price);
  const rest = nano(entry.list_usd) - lines.reduce((sum, line) => sum + nano(line.usd), 0);
  // Calls that failed over, or were billed otherwise than the prices of the model that served.
  if (rest !== 0) lines.push({ item: lines.length > 0 ? 'other calls of this job, or other prices' : 'not itemised', usd: rest / 1e9 });
  const factor = entry.list_usd > 0 ? Math.round(entry.charge_usd / entry.list_usd * 10_000) / 10_000 : 1;
  return { lines: entry.list_usd === 0 ? [] : lines, total: entry.list_usd, factor };
}

const nano = usd => Math.round(usd * 1e9);

// The latest price of the model that was in force on the job's day.
function priceOf(entry, prices) {
  const day = new Date(entry.created_at * 1000).toISOString().slice(0, 10);
  return prices.filter(price => price.model === entry.served_model && price.from <= day).sort((a, b) => (a.from < b.from ? 1 : -1))[0];
}

function ofTokens({ input_tokens_details: input, output_tokens_details: output }, price) {
  return [
    ['text in', input.text_tokens - input.cached_text_tokens, price.text_input],
    ['text in, cached', input.cached_text_tokens, price.cached_text_input],
    ['image in', input.image_tokens - input.cached_image_tokens, price.image_input],
    ['image in, cached', input.cached_image_tokens, price.cached_image_input],
    ['image out', output.image_tokens, price.image_output],
    ['text out', output.text_tokens, price.text_output],
  ].filter(([, tokens]) => tokens > 0).map(([item, tokens, rate]) =>
    ({ item, quantity: tokens, price: `$${rate} a million`, usd: nano(tokens * rate / 1e6) / 1e9 }));
}

function ofPictures({ images, quality, size }, price) {
  const each = price.per_image?.[quality]?.[size];
  return each && images > 0 ? [{ item: `images, ${quality}, ${size}`, quantity: images, price: `$${each} each`, usd: nano(images * each) / 1e9 }] : [];
}
