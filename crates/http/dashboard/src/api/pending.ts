// Types of answers that the description does not hold yet, written by hand. Once it does, `types.ts` takes them from
// there and this file goes away; nothing but `types.ts` may import it.

import type { Percentiles, Results, TestFields, Test } from './schema';

export interface Conclusion {
  result: 'running' | 'passed' | 'failed' | 'invalid';
  reason: string;
}

export interface ThresholdResult {
  threshold: string;
  ok: boolean;
  value?: number | null;
  shown?: string | null;
  abortOnFail: boolean;
  breachedAt?: string | null;
}

export interface DeliveryLane {
  received: number;
  unique: number;
  duplicates: number;
  reordered: number;
  lost: number;
  lostAtTail: number;
  endToEnd?: { p50?: number | null; p90?: number | null; p99?: number | null; max?: number | null } | null;
}

export interface Delivery {
  sink: string;
  at?: string | null;
  settled: boolean;
  fault?: string | null;
  lost: number;
  lanes: Record<string, DeliveryLane>;
}

export interface Attachment {
  name: string;
  at: string;
  results: unknown;
}

export interface ResultsAdditions {
  conclusion: Conclusion;
  thresholds: ThresholdResult[];
  delivery?: Delivery | null;
  attachments?: Attachment[];
}

export interface PointLane {
  due: number;
  issued: number;
  acked: number;
  rejected: number;
  failed: number;
  missed: number;
  inDoubt: number;
  failures: Record<string, number>;
  rejections: Record<string, number>;
  requests: number;
  retries: number;
  bytes: number;
  wireBytes: number;
  rate: { asked: number; achieved: number; acked: number };
  lateness: { p50?: number | null; p99?: number | null; max?: number | null };
  responseTime: Percentiles;
  serviceTime: Percentiles;
  headroom: number;
}

export interface Point {
  t: number;
  at: string;
  lanes: Record<string, PointLane>;
}

export interface Mark {
  event: string;
  at: string;
  t: number;
  detail?: string | null;
}

export interface Series {
  testID: string;
  runID: string;
  run: number;
  step: number;
  activeSeconds: number;
  points: Point[];
  timeline: Mark[];
}

/** What `event: point` of the server-sent events carries. */
export interface LivePoint extends Point {
  testID: string;
  runID: string;
  run: number;
  seconds: number;
  marks: Mark[];
}

export interface Sample {
  signal: string;
  share: number;
  seq: number;
  at: string;
  record: Record<string, unknown>;
}

export interface ComparedRun {
  testID: string;
  runID: string;
  run: number;
  startedAt: string;
  status: string;
  conclusion: Conclusion;
}

export interface ComparedFigure {
  lane?: string | null;
  figure: string;
  unit: string;
  a?: number | null;
  b?: number | null;
  difference?: number | null;
  change?: number | null;
  matters: boolean;
  direction: 'better' | 'worse' | 'same' | 'different';
  reason: string;
}

export interface Comparison {
  runs: ComparedRun[];
  figures: ComparedFigure[];
}

export type ThresholdField = string | { threshold: string; abortOnFail?: boolean; after?: string | number };

export interface SpecAdditions {
  thresholds?: ThresholdField[];
  capture?: { perSecond?: number; max?: number; all?: boolean };
  verify?: { sink: string; wait?: string | number };
}

export interface TestAdditions {
  baseline?: number | null;
}

/** Rates may also be `"max"`, and times a text with a unit, which the description says in words only. */
type Loose<T> = { [K in keyof T]: T[K] | string };

export type FullFields = Loose<Omit<TestFields, 'profile' | 'retry' | 'abortOn' | 'destination' | 'openEnded'>> &
  Pick<TestFields, 'destination' | 'openEnded'> &
  SpecAdditions & { profile?: unknown; retry?: unknown; abortOn?: unknown };

/** A test also answers those fields of its spec that are not as when left out. */
export type FullTest = Test & TestAdditions & Omit<FullFields, keyof Test>;

export type FullResults = Results & ResultsAdditions;
