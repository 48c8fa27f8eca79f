// What can be done with a test in each state, as the server's state table has it, and doing it.

import { api, reasonOf } from '../api/client';
import type { Status, Test } from '../api/types';
import { ask, say } from './notes';

export type Action = 'start' | 'pause' | 'resume' | 'cancel' | 'restart' | 'delete';

const FITTING: Record<Status, readonly Action[]> = {
  Pending: ['start', 'delete'],
  Scheduled: ['start', 'cancel', 'delete'],
  Running: ['pause', 'cancel', 'restart'],
  Paused: ['resume', 'cancel', 'restart'],
  Completed: ['restart', 'delete'],
  Cancelled: ['restart', 'delete'],
  Failed: ['restart', 'delete'],
};

export const NAMES: Record<Action, string> = {
  start: 'Start',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  restart: 'Restart',
  delete: 'Delete',
};

const DONE: Record<Action, string> = {
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  cancel: 'cancelled',
  restart: 'restarted',
  delete: 'deleted',
};

export function fitting(status: string): readonly Action[] {
  return (FITTING as Record<string, readonly Action[]>)[status] ?? [];
}

/** Whether a run is in progress. */
export function hasRun(status: string): boolean {
  return status === 'Running' || status === 'Paused';
}

/** Does it, after asking once where something would be lost; the test afterwards, or null when it was not done or is gone. */
export async function perform(action: Action, test: Test, onDeleted: () => void): Promise<Test | null> {
  const doubt = doubtOf(action, test);
  if (doubt && !(await ask({ ...doubt, isDangerous: true }))) return null;
  try {
    const changed = await call(action, test.testID);
    if (!changed) onDeleted();
    say('done', `${test.testID} ${DONE[action]}`);
    return changed;
  } catch (error) {
    say('failed', `${test.testID} was not ${DONE[action]}: ${reasonOf(error)}`);
    return null;
  }
}

async function call(action: Action, testID: string): Promise<Test | null> {
  if (action === 'delete') {
    await api.remove(testID);
    return null;
  }
  return api[action](testID);
}

function doubtOf(action: Action, { testID, status }: Test): { title: string; text: string; action: string } | null {
  if (action === 'delete') {
    return {
      title: `Delete ${testID}?`,
      text: 'The test, its runs and all their results are gone for good.',
      action: 'Delete test',
    };
  }
  if (action === 'cancel') {
    const text =
      status === 'Scheduled'
        ? 'It will not start at its time. It can be started or scheduled again.'
        : 'The run ends now and stays as it is. A cancelled run cannot go on; the test can be restarted.';
    return { title: `Cancel ${testID}?`, text, action: 'Cancel test' };
  }
  if (action === 'restart' && hasRun(status)) {
    return {
      title: `Restart ${testID}?`,
      text: 'The run in progress ends as cancelled, and a new one begins.',
      action: 'Restart test',
    };
  }
  return null;
}
