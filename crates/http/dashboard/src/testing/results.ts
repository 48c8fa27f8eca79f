// Results to show in tests: a run of logs of which everything went well, unless said otherwise.

import type { Lane, Results } from '../api/types';

const TIMES = { p50: 1, p90: 2, p95: 3, p99: 4, p999: 5, max: 6 };

export function laneWith(patch: Partial<Lane> = {}): Lane {
  return {
    due: 1000,
    issued: 1000,
    acked: 1000,
    rejected: 0,
    failed: 0,
    missed: 0,
    inDoubt: 0,
    inFlight: 0,
    waiting: 0,
    failures: {},
    rejections: {},
    requests: 20,
    retries: 0,
    bytes: 50_000,
    wireBytes: 50_000,
    compressionRatio: 1,
    rate: { asked: 100, achieved: 100 },
    lateness: { p50: 0.1, p99: 0.2, max: 0.3 },
    responseTime: TIMES,
    serviceTime: TIMES,
    ...patch,
  };
}

export function resultsWith(patch: Partial<Results> = {}): Results {
  return {
    testID: 'a',
    runID: 'r',
    run: 1,
    status: 'Completed',
    startedAt: '2026-11-25T14:00:00Z',
    endedAt: '2026-11-25T14:00:10Z',
    activeSeconds: 10,
    verdict: 'valid',
    generator: { headroom: 0.9, late: 0, dropped: 0 },
    lanes: { logs: laneWith() },
    conclusion: { result: 'passed', reason: 'every threshold held' },
    thresholds: [],
    ...patch,
  };
}
