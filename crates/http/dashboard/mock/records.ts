// Made-up records, in the form of the `http` type.

import type { Sample, Signal, Test } from '../src/api/types';

const MESSAGES = [
  'accepted connection from 10.4.17.23:51022 in 3 ms',
  'checkpoint written, 4096 records behind the head',
  'cache miss for key user:48121:profile, loading from the store',
  'request GET /api/v2/orders/918273 finished with 200 in 18 ms',
  'retrying upstream call, attempt 2 of 5, after connection reset by peer',
];
const NAMES = ['http.server.duration', 'process.cpu.utilization', 'queue.depth', 'db.client.connections.usage'];
const OPERATIONS = ['GET /checkout', 'SELECT orders', 'publish order.created', 'render receipt'];

export function recordOf(
  signal: Signal,
  test: Test,
  runID: string,
  seq: number,
  now: number,
  chance: () => number,
): Sample {
  const any = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(chance() * 16).toString(16)).join('');
  const at = new Date(now).toISOString();
  const common = { testID: test.testID, runID, seq, timestamp: at };
  const record = {
    logs: { ...common, level: chance() < 0.08 ? 'ERROR' : test.logType, message: any(MESSAGES) },
    metrics: { ...common, name: any(NAMES), value: Math.round(chance() * 1e4) / 100 },
    traces: {
      ...common,
      traceID: hex(32),
      spanID: hex(16),
      operation: any(OPERATIONS),
      duration: Math.round(chance() * 900) / 10,
    },
  }[signal];
  return { signal, share: 0, seq, at, record };
}
