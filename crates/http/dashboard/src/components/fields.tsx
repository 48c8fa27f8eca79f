// Fields of forms: a label, a unit, and below it what the server says of it.

import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext, useId } from 'preact/hooks';

/** What is wrong with a field of that name, if it is to be shown; and that someone was there. */
export interface Faults {
  of: (field: string) => string | undefined;
  touch: (field: string) => void;
}

export const FaultsOf = createContext<Faults>({ of: () => undefined, touch: () => undefined });

interface Common {
  label: string;
  /** As the server calls it. */
  field: string;
  hint?: string | undefined;
  /** Not drawn where the place says it already; read to those who hear the page. */
  isLabelHidden?: boolean;
  class?: string;
}

interface TextProps extends Common {
  value: string;
  onInput: (value: string) => void;
  unit?: string | undefined;
  placeholder?: string;
  type?: 'text' | 'password' | 'datetime-local' | 'url' | 'search';
  isNumeric?: boolean;
  list?: string;
  after?: ComponentChildren;
}

export function TextField(props: TextProps) {
  const { label, field, value, onInput, unit, placeholder, type = 'text', isNumeric = false, list, after } = props;
  const faults = useContext(FaultsOf);
  const fault = faults.of(field);
  const id = useId();
  return (
    <Frame {...props} id={id} fault={fault}>
      <div class="input-row">
        <div class={fault ? 'input is-wrong' : 'input'}>
          <input
            id={id}
            {...({ type, list } as { type: 'text'; list?: string })}
            value={value}
            placeholder={placeholder}
            aria-label={props.isLabelHidden ? label : undefined}
            aria-invalid={fault ? true : undefined}
            aria-describedby={describedBy(id, fault, props.hint, unit)}
            inputMode={isNumeric ? 'decimal' : undefined}
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            onInput={(event) => onInput(event.currentTarget.value)}
            onBlur={() => faults.touch(field)}
          />
          {unit && (
            <span class="unit" id={`${id}-unit`}>
              {unit}
            </span>
          )}
        </div>
        {after}
      </div>
    </Frame>
  );
}

interface SelectProps<T extends string> extends Common {
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

export function SelectField<T extends string>(props: SelectProps<T>) {
  const { label, field, value, options, onChange } = props;
  const fault = useContext(FaultsOf).of(field);
  const id = useId();
  return (
    <Frame {...props} id={id} fault={fault}>
      <select
        id={id}
        class={fault ? 'select is-wrong' : 'select'}
        value={value}
        aria-label={props.isLabelHidden ? label : undefined}
        aria-invalid={fault ? true : undefined}
        aria-describedby={describedBy(id, fault, props.hint)}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

function Frame({
  id,
  label,
  field,
  hint,
  fault,
  isLabelHidden = false,
  class: name = '',
  children,
}: Common & { id: string; fault: string | undefined; children: ComponentChildren }) {
  return (
    <div class={`field ${name}`}>
      {!isLabelHidden && (
        <label for={id} class="field-label">
          {label}
        </label>
      )}
      {children}
      {fault !== undefined ? (
        <p class="field-fault" id={`${id}-fault`} data-testid={`error-${field}`}>
          {fault}
        </p>
      ) : (
        hint && (
          <p class="field-hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

function describedBy(
  id: string,
  fault: string | undefined,
  hint: string | undefined,
  unit?: string,
): string | undefined {
  const parts = [unit && `${id}-unit`, fault !== undefined ? `${id}-fault` : hint && `${id}-hint`].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** Fields that belong together, under one name. */
export function FieldGroup({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <fieldset class="group">
      <legend class="group-title">{title}</legend>
      {hint && <p class="group-hint">{hint}</p>}
      <div class="group-fields">{children}</div>
    </fieldset>
  );
}
