// A second of a lane, made up: how a healthy, a flaky and a slow destination look.

import type { Lane, PointLane, Results, Signal } from '../src/api/types';

export type Temper = 'healthy' | 'flaky' | 'slow';

/** Random numbers that are the same on every start. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function secondOf(due: number, seconds: number, t: number, temper: Temper, chance: () => number): PointLane {
  const isBurst = temper === 'flaky' && Math.sin(t / 9) > 0.75;
  const missed = temper === 'slow' ? Math.floor(due * Math.max(0, 0.12 * Math.sin(t / 14) - 0.04)) : 0;
  const issued = due - missed;
  const failing = temper === 'flaky' ? Math.floor(issued * (isBurst ? 0.08 : 0.004) * chance()) : 0;
  const timeouts = Math.floor(failing * 0.6);
  const refused = temper === 'flaky' && isBurst ? Math.floor(issued * 0.01 * chance()) : 0;
  const base = { healthy: 1.1, flaky: 3.4, slow: 42 }[temper] * (1 + 0.2 * Math.sin(t / 21)) * (0.85 + 0.3 * chance());
  const tail = temper === 'healthy' ? 3 + 2 * chance() : 4 + 9 * chance() * (isBurst ? 4 : 1);
  const times = {
    p50: base,
    p90: base * 1.7,
    p95: base * 2.1,
    p99: base * tail,
    p999: base * tail * 1.8,
    max: base * tail * 2.2,
  };
  const late = temper === 'slow' ? 30 * chance() : 0.05 + 0.1 * chance();
  return {
    due,
    issued,
    acked: issued - failing - refused,
    rejected: refused,
    failed: failing,
    missed,
    inDoubt: 0,
    failures: failing > 0 ? kinds({ timeout: timeouts, status_503: failing - timeouts }) : {},
    rejections: refused > 0 ? { status_429: refused } : {},
    requests: Math.max(1, Math.round(due / 50)),
    retries: 0,
    bytes: issued * 320,
    wireBytes: issued * 58,
    rate: { asked: due / seconds, achieved: issued / seconds, acked: (issued - failing - refused) / seconds },
    lateness: { p50: late, p99: late * 7, max: late * 12 },
    responseTime: times,
    serviceTime: { ...times, p50: base * 0.7 },
    headroom: 0.82 + 0.1 * chance(),
  };
}

function kinds(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, records]) => records > 0));
}

const COUNTS = [
  'due',
  'issued',
  'acked',
  'rejected',
  'failed',
  'missed',
  'inDoubt',
  'requests',
  'retries',
  'bytes',
  'wireBytes',
] as const;

/** Several seconds together. The times are the worst of them: good enough to look at, and only for that. */
export function together(lanes: readonly PointLane[], seconds: number): PointLane {
  const [first] = lanes;
  if (!first) throw new Error('no lanes');
  const sum = structuredClone(first);
  for (const lane of lanes.slice(1)) {
    for (const name of COUNTS) sum[name] += lane[name];
    for (const [kind, records] of Object.entries(lane.failures))
      sum.failures[kind] = (sum.failures[kind] ?? 0) + records;
    for (const [kind, records] of Object.entries(lane.rejections))
      sum.rejections[kind] = (sum.rejections[kind] ?? 0) + records;
    for (const times of ['lateness', 'responseTime', 'serviceTime'] as const) {
      for (const [name, value] of Object.entries(lane[times]) as ['p50', number][])
        sum[times][name] = Math.max(sum[times][name] ?? 0, value);
    }
    sum.headroom = Math.min(sum.headroom, lane.headroom);
  }
  sum.rate = { asked: sum.due / seconds, achieved: sum.issued / seconds, acked: sum.acked / seconds };
  return sum;
}

/** A whole lane as results show it. */
export function laneOf(lanes: readonly PointLane[], seconds: number): Lane {
  const { rate, ...sum } = together(lanes, seconds);
  return {
    ...sum,
    inFlight: 0,
    waiting: 0,
    compressionRatio: sum.bytes / Math.max(1, sum.wireBytes),
    rate: { asked: rate.asked, achieved: rate.achieved },
  };
}

export type Lanes = Results['lanes'];
export type { Signal };
