// The types of the API as the pages use them: from the description, by way of `schema.d.ts`. What the description says in
// words only is said here: that a test also answers the fields of its spec, and which of those take a text as well.

import type { Test as DescribedTest, TestFields as DescribedFields } from './schema';

export type {
  Capacity,
  ComparedFigure,
  ComparedRun,
  Comparison,
  Conclusion,
  DeletedTest,
  Delivery,
  Fault,
  Lane,
  LivePoint,
  Percentiles,
  Problem,
  Results,
  Sample,
  Series,
  SeriesLane as PointLane,
  SeriesPoint as Point,
  Threshold as ThresholdResult,
  TimelineEntry as Mark,
} from './schema';

/** A rate may be `"max"`, a time a text with a unit; and what someone wrote may be anything, for the server to judge. */
type Written<T> = { [K in keyof T]: T[K] | string };

type Objects = 'profile' | 'retry' | 'abortOn' | 'capture' | 'verify' | 'thresholds' | 'destination' | 'openEnded';

export type ThresholdField = string | { threshold: string; abortOnFail?: boolean; after?: string | number };

export type TestFields = Written<Omit<DescribedFields, Objects>> &
  Pick<DescribedFields, 'destination' | 'openEnded'> & {
    profile?: unknown;
    retry?: unknown;
    abortOn?: unknown;
    capture?: unknown;
    thresholds?: ThresholdField[];
    verify?: { sink: string; wait?: string | number };
  };

/** A test also answers those fields of its spec that are not as when left out. */
export type Test = DescribedTest & Omit<TestFields, keyof DescribedTest> & { baseline?: number | null };

export type Status = 'Pending' | 'Scheduled' | 'Running' | 'Paused' | 'Completed' | 'Cancelled' | 'Failed';
export type Signal = 'logs' | 'metrics' | 'traces';

/** In the order in which they are always shown. */
export const SIGNALS: readonly Signal[] = ['logs', 'metrics', 'traces'];

/** The fields that hold the rate of each signal. */
export const RATE_FIELDS = { logs: 'logRate', metrics: 'metricsRate', traces: 'traceRate' } as const;
