// A record on one line.

import type { Sample } from '../../api/types';

export function summaryOf({ signal, record }: Sample): { tag: string | null; what: string } {
  const text = (name: string): string | null => {
    const value = record[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const fields = {
    logs: { tag: text('level'), parts: [text('message') ?? text('body')] },
    metrics: { tag: null, parts: [text('name'), text('value')] },
    traces: {
      tag: null,
      parts: [text('operation') ?? text('name'), text('duration') && `${text('duration') ?? ''} ms`, text('traceID')],
    },
  }[signal];
  const what = fields?.parts.filter((part) => part !== null && part !== '').join('  ');
  return { tag: fields?.tag ?? null, what: what === undefined || what === '' ? JSON.stringify(record) : what };
}
