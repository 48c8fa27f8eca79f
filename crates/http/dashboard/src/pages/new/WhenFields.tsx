// How the test is called, and when it starts.

import { FieldGroup } from '../../components/fields';
import type { Draft } from '../../state/draft';
import { FormText } from './parts';

export function WhenFields({ draft }: { draft: Draft }) {
  return (
    <FieldGroup title="Name and time">
      <FormText draft={draft} name="testID" label="Name" placeholder="a name is made" class="span-2" />
      <FormText draft={draft} name="userID" label="User" placeholder="anonymous" />
      <FormText draft={draft} name="schedule" label="Start at" type="datetime-local" />
    </FieldGroup>
  );
}
