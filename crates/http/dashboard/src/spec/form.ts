// A test as someone writes it into the form: every field a text, so that what is wrong reaches the server as it was
// written, and comes back in its words.

export type End = 'duration' | 'count' | 'openEnded';
export type ShapeName = 'constant' | 'ramp' | 'steps' | 'spike' | 'sine' | 'stages' | 'capacity' | 'written';
export type TimeUnit = 's' | 'min' | 'h' | 'd';
export type Capture = 'sampled' | 'all' | 'off';

export interface StageForm {
  duration: string;
  target: string;
}

export interface ThresholdForm {
  text: string;
  abortOnFail: boolean;
  after: string;
}

export interface Form {
  testID: string;
  userID: string;
  schedule: string;

  endpoint: string;
  type: string;
  compression: string;
  apiKey: string;
  port: string;
  destinationName: string;

  logRate: string;
  metricsRate: string;
  traceRate: string;
  logSize: string;
  logType: string;
  entropy: string;
  spansPerTrace: string;
  seed: string;

  end: End;
  duration: string;
  durationUnit: TimeUnit;
  count: string;

  shape: ShapeName;
  from: string;
  to: string;
  over: string;
  steps: string;
  peak: string;
  at: string;
  for: string;
  low: string;
  high: string;
  period: string;
  stages: StageForm[];
  max: string;
  hold: string;
  settle: string;
  precision: string;
  conditionFailed: string;
  conditionP99: string;
  /** A profile as JSON: one for each signal, for which the form has no fields. */
  written: string;

  thresholds: ThresholdForm[];

  batchSize: string;
  maxBatchBytes: string;
  linger: string;
  maxInFlight: string;
  connections: string;
  connectionMaxAge: string;
  timeout: string;
  drain: string;
  parallelism: string;
  retryAttempts: string;
  /** After which answers, separated by commas; all that can be for none. */
  retryOn: string;
  abortFailures: string;
  abortFor: string;
  capture: Capture;
  capturePerSecond: string;
  captureMax: string;
  verifySink: string;
  verifyWait: string;
}

/** The fields that hold a text. */
export type TextField = { [K in keyof Form]: Form[K] extends string ? K : never }[keyof Form];

/** The sink of this machine: who tries it for the first time has it running, or reads that it is not there. */
const LOCAL = 'http://127.0.0.1:4318';

export const EMPTY: Form = {
  testID: '',
  userID: '',
  schedule: '',
  endpoint: LOCAL,
  type: 'otlp-http',
  compression: 'none',
  apiKey: '',
  port: '',
  destinationName: '',
  logRate: '500',
  metricsRate: '1000',
  traceRate: '200',
  logSize: '256',
  logType: 'INFO',
  entropy: 'realistic',
  spansPerTrace: '',
  seed: '',
  end: 'duration',
  duration: '30',
  durationUnit: 's',
  count: '100000',
  shape: 'constant',
  from: '0',
  to: '100%',
  over: '',
  steps: '5',
  peak: '500%',
  at: '10s',
  for: '5s',
  low: '0',
  high: '100%',
  period: '10s',
  stages: [
    { duration: '10s', target: '100%' },
    { duration: '20s', target: '100%' },
    { duration: '10s', target: '0' },
  ],
  max: '',
  hold: '5s',
  settle: '1s',
  precision: '',
  conditionFailed: '',
  conditionP99: '250ms',
  written: '',
  thresholds: [],
  batchSize: '',
  maxBatchBytes: '',
  linger: '',
  maxInFlight: '',
  connections: '',
  connectionMaxAge: '',
  timeout: '',
  drain: '',
  parallelism: '',
  retryAttempts: '',
  retryOn: '',
  abortFailures: '',
  abortFor: '',
  capture: 'sampled',
  capturePerSecond: '',
  captureMax: '',
  verifySink: '',
  verifyWait: '',
};

export const SECONDS_OF: Record<TimeUnit, number> = { s: 1, min: 60, h: 3600, d: 86_400 };

/** A rate as people write it: `500`, `1,500`, `10k`, `1.5M`, `max`. What is none of these stays as it is. */
export function readRate(text: string): number | string | undefined {
  const written = text.trim();
  if (written === '') return undefined;
  const match = /^(\d[\d,_ ]*(?:\.\d+)?)\s*([kKmM]?)$/.exec(written);
  if (!match) return written;
  const factor = { k: 1e3, m: 1e6 }[match[2]?.toLowerCase() ?? ''] ?? 1;
  return Math.round(Number(match[1]?.replace(/[,_ ]/g, '')) * factor * 1000) / 1000;
}

/** A number; what is none stays as it is. */
export function readNumber(text: string): number | string | undefined {
  const written = text.trim();
  if (written === '') return undefined;
  const number = Number(written.replace(/(?<=\d)[,_](?=\d{3})/g, ''));
  return Number.isNaN(number) ? written : number;
}

/** A time: seconds, or a text with a unit, as the server reads it. */
export function readTime(text: string): number | string | undefined {
  return readNumber(text);
}

/** A target of a shape: a rate, or a part such as `50%`. */
export function readTarget(text: string): number | string | undefined {
  return text.trim().endsWith('%') ? text.trim().replace(/\s+%$/, '%') : readRate(text);
}

/** Seconds that a time means; none for what is no time. */
export function secondsOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text.trim());
  if (!match) return null;
  const factor = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? 's'] ?? 1;
  return Number(match[1]) * factor;
}
