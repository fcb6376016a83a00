const whole = new Intl.NumberFormat('en-US');
const dollars = new Map();

function dollarsOf(least, most) {
  const key = `${least}-${most}`;
  if (!dollars.has(key)) dollars.set(key, new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', minimumFractionDigits: least, maximumFractionDigits: most }));
  return dollars.get(key);
}

/** Digits after the point that an amount of this size needs: cents for dollars, more for what is less than one. */
export function digitsFor(amount) {
  const size = Math.abs(amount);
  return size === 0 || size >= 10 ? 2 : size >= 0.1 ? 4 : 6;
}

/** USD; give the digits of a column's largest amount to line its amounts up. */
export const usd = (amount, digits = digitsFor(amount)) => dollarsOf(digits, digits).format(amount);

/** USD to the last digit of the ledger (nine decimals). */
export const usdExact = amount => dollarsOf(2, 9).format(amount);

export const count = number => whole.format(number);

export const percent = share => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** A duration in ms. */
export function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const moment = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Times are Unix seconds, shown in UTC, since budgets and days are. */
export const hourOf = seconds => clock.format(seconds * 1000);
export const dayOf = seconds => date.format(seconds * 1000);
export const momentOf = seconds => moment.format(seconds * 1000);
export const dayAndHourOf = seconds => `${dayOf(seconds)} ${hourOf(seconds)}`;
