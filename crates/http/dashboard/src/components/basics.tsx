// The small parts that every page is made of.

import type { ComponentChildren } from 'preact';

import { reasonOf } from '../api/client';
import type { Conclusion } from '../api/types';
import { Icon } from './Icon';
import type { IconName } from './Icon';

const TONES: Record<string, string> = {
  Running: 'accent',
  Paused: 'warn',
  Scheduled: 'plain',
  Pending: 'plain',
  Completed: 'good',
  Cancelled: 'plain',
  Failed: 'bad',
};

/** The state of a test. */
export function StatusBadge({ status }: { status: string }) {
  const tone = TONES[status] ?? 'plain';
  return (
    <span class={`badge is-${tone}`} data-testid="status" data-status={status}>
      <span class={status === 'Running' ? 'dot is-beating' : 'dot'} aria-hidden="true" />
      {status}
    </span>
  );
}

interface Look {
  name: string;
  tone: string;
  icon: IconName;
}

const LOOKS: Record<string, Look> = {
  running: { name: 'Running', tone: 'accent', icon: 'play' },
  passed: { name: 'Passed', tone: 'good', icon: 'check' },
  failed: { name: 'Failed', tone: 'bad', icon: 'cross' },
  invalid: { name: 'Invalid', tone: 'warn', icon: 'alert' },
};

/** How the result of a run looks. */
export function lookOf(result: string): Look {
  return LOOKS[result] ?? { name: result, tone: 'plain', icon: 'alert' };
}

/** What a run came to. */
export function ResultBadge({ conclusion }: { conclusion: Conclusion | undefined }) {
  if (!conclusion) return null;
  const { name, tone, icon } = lookOf(conclusion.result);
  return (
    <span class={`badge is-${tone}`} title={conclusion.reason}>
      <Icon name={icon} />
      {name}
    </span>
  );
}

export function Progress({ value, label }: { value: number | null; label: string }) {
  const percent = value === null ? undefined : Math.round(value * 100);
  return (
    <div
      class={value === null ? 'progress is-open' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div class="progress-bar" style={{ transform: `scaleX(${value ?? 1})` }} />
    </div>
  );
}

/** A place for what is not there yet, as large as it will be. */
export function Skeleton({ height, count = 1 }: { height: string; count?: number }) {
  return (
    <div class="skeletons" aria-busy="true">
      <span class="visually-hidden">Loading</span>
      {Array.from({ length: count }, (_, at) => (
        <div key={at} class="skeleton" style={{ height }} />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ComponentChildren;
  testId?: string;
  /** Whether it is all that the page has. */
  isPage?: boolean;
}

export function Empty({ title, children, testId, isPage = false }: EmptyProps) {
  return (
    <div class="empty" data-testid={testId}>
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  what: string;
  retry?: () => void;
  isPage?: boolean;
}

/** Something could not be read: why, and a way to try again. */
export function Failure({ error, retry, what, isPage = false }: FailureProps) {
  return (
    <div class="empty is-failure" role="alert" data-testid="failure">
      {isPage ? <h1>{what}</h1> : <h2>{what}</h2>}
      <p>{reasonOf(error)}</p>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          <Icon name="restart" />
          Try again
        </button>
      )}
    </div>
  );
}

/** One figure with its name. */
export function Stat({
  name,
  value,
  note,
  tone,
  title,
}: {
  name: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tone?: 'good' | 'bad' | 'warn' | undefined;
  title?: string;
}) {
  return (
    <div class="stat" title={title}>
      <dt>{name}</dt>
      <dd class={tone ? `is-${tone}` : ''}>{value}</dd>
      <dd class="stat-note">{note ?? '\u00a0'}</dd>
    </div>
  );
}

/** One of a few, as buttons side by side. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { value: T; label: string; color?: string }[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div class="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.color && <span class="dot" style={{ background: `var(${option.color})` }} aria-hidden="true" />}
          {option.label}
        </button>
      ))}
    </div>
  );
}
