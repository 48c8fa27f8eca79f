// The buttons for what fits the state of a test.

import { useSignal } from '@preact/signals';

import type { Test } from '../api/types';
import type { Action } from '../state/actions';
import { NAMES, fitting, perform } from '../state/actions';
import { Icon } from './Icon';
import type { IconName } from './Icon';

const ICONS: Record<Action, IconName> = {
  start: 'play',
  pause: 'pause',
  resume: 'play',
  cancel: 'stop',
  restart: 'restart',
  delete: 'trash',
};

interface ActionsProps {
  test: Test;
  /** Hears of the test afterwards. */
  onDone: (test: Test) => void;
  onDeleted: () => void;
  /** Icons only, with the name of the test in theirs, for lists. */
  isCompact?: boolean;
  leave?: readonly Action[];
}

export function Actions({ test, onDone, onDeleted, isCompact = false, leave = [] }: ActionsProps) {
  const busy = useSignal<Action | null>(null);
  const act = async (action: Action) => {
    busy.value = action;
    const changed = await perform(action, test, onDeleted);
    busy.value = null;
    if (changed) onDone(changed);
  };
  return (
    <div class="actions">
      {fitting(test.status)
        .filter((action) => !leave.includes(action))
        .map((action) => (
          <button
            key={action}
            type="button"
            class={
              isCompact ? 'icon-button' : action === 'start' || action === 'resume' ? 'button is-primary' : 'button'
            }
            data-testid={`action-${action}`}
            aria-label={isCompact ? `${NAMES[action]} ${test.testID}` : undefined}
            title={isCompact ? NAMES[action] : undefined}
            disabled={busy.value !== null}
            onClick={() => void act(action)}
          >
            <Icon name={ICONS[action]} />
            {!isCompact && NAMES[action]}
          </button>
        ))}
    </div>
  );
}
