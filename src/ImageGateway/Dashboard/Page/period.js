const hour = 3600;
const day = 24 * hour;

/** The periods that can be chosen. */
export const periods = [['day', 'Last 24 hours'], ['week', 'Last 7 days'], ['month', 'This month'], ['30', 'Last 30 days'], ['90', 'Last 90 days']];

/** Its beginning, end and width of a bucket in seconds. It begins with a whole bucket, which is what the ledger's sums answer fastest. */
export function periodOf(name, now = Math.floor(Date.now() / 1000)) {
  const today = Math.floor(now / day) * day;
  const monthBegan = today - (new Date(now * 1000).getUTCDate() - 1) * day;
  const from = { day: Math.floor(now / hour) * hour - 23 * hour, week: today - 6 * day, month: monthBegan, 30: today - 29 * day, 90: today - 89 * day }[name];
  const granularity = name === 'day' ? 'hour' : 'day';
  return { name, from, to: now + 1, granularity, width: granularity === 'hour' ? hour : day };
}

/** The starts of all buckets of a period, those in which nothing happened too. */
export function bucketsOf({ from, to, width }) {
  const starts = [];
  for (let start = Math.floor(from / width) * width; start < to; start += width) starts.push(start);
  return starts;
}
