/** The events of a text/event-stream as they come in: the JSON of each data field; data: [DONE] is none. */
export async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    // A piece of a large picture need not be searched twice.
    const searched = Math.max(0, pending.length - 3);
    pending += value.replaceAll('\r', '');
    let end;
    let from = searched;
    while ((end = pending.indexOf('\n\n', from)) >= 0) {
      const data = pending.slice(0, end).split('\n').filter(line => line.startsWith('data:')).map(line => line.slice(5).trimStart()).join('\n');
      [pending, from] = [pending.slice(end + 2), 0];
      if (data && data !== '[DONE]') yield JSON.parse(data);
    }
  }
}
