/** Rows as CSV. What a client wrote and a spreadsheet would run (=, +, -, @) gets an apostrophe before it; numbers stay. */
export function csvOf(rows) {
  return rows.map(row => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Saves a blob as a file. */
export function download(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export const downloadCsv = (name, rows) => download(name, new Blob([csvOf(rows)], { type: 'text/csv' }));
