// A text field of the form, by the name of what it holds.

import { TextField } from '../../components/fields';
import type { TextField as TextName } from '../../spec/form';
import type { Draft } from '../../state/draft';

interface FormTextProps {
  draft: Draft;
  name: TextName;
  label: string;
  /** As the server calls it; the same name when left out. */
  field?: string;
  hint?: string;
  unit?: string;
  placeholder?: string;
  isNumeric?: boolean;
  type?: 'text' | 'password' | 'datetime-local' | 'url';
  class?: string;
}

export function FormText({ draft, name, field = name, ...rest }: FormTextProps) {
  return (
    <TextField
      {...rest}
      field={field}
      value={draft.form.value[name]}
      onInput={(value) => draft.change({ [name]: value })}
    />
  );
}
