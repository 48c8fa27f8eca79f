// A text to take away.

import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';

import { say } from '../state/notes';
import { Icon } from './Icon';
import { Tabs } from './Tabs';

export function Code({
  variants,
  label,
}: {
  variants: readonly { id: string; name: string; text: string }[];
  label: string;
}) {
  const [current, setCurrent] = useState(variants[0]?.id ?? '');
  const wasCopied = useSignal(false);
  const shown = variants.find(({ id }) => id === current) ?? variants[0];
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(shown?.text ?? '');
      wasCopied.value = true;
      setTimeout(() => (wasCopied.value = false), 1500);
    } catch {
      say('failed', 'The browser does not let this page copy; select the text instead.');
    }
  };
  return (
    <div class="code">
      <Tabs
        label={label}
        tabs={variants}
        current={current}
        onChange={setCurrent}
        aside={
          <button type="button" class="button is-small" onClick={() => void copy()}>
            <Icon name={wasCopied.value ? 'check' : 'copy'} />
            <span aria-live="polite">{wasCopied.value ? 'Copied' : 'Copy'}</span>
          </button>
        }
      >
        <pre tabIndex={0} data-testid="code">
          {shown?.text}
        </pre>
      </Tabs>
    </div>
  );
}
