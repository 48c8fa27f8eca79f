// Documents that someone attached to the run.

import type { Results } from '../../api/types';
import { moment } from '../../format';

export function Attachments({ attachments }: { attachments: NonNullable<Results['attachments']> }) {
  return (
    <section class="panel" data-testid="attachments" aria-label="Attached documents">
      <div class="panel-head">
        <h2>Attached documents</h2>
        <span class="count">{attachments.length}</span>
      </div>
      {attachments.map(({ name, at, results }) => (
        <details key={`${name} ${at}`} class="attachment">
          <summary>
            {name} <span class="quiet">{moment(at)}</span>
          </summary>
          <pre tabIndex={0}>{JSON.stringify(results, null, 2)}</pre>
        </details>
      ))}
    </section>
  );
}
