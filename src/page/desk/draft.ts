import type { SettingChanges, SettingField } from '../../desk/contract.ts';
import { parseRaw, type Raw, rawOf, type Value } from './values.ts';

/** What there is to save. */
export interface Changes {
  /** What the box is to be sent. */
  readonly values: SettingChanges;
  /** What cannot even be sent, by name, and why. */
  readonly faults: ReadonlyMap<string, string>;
}

/**
 * The settings as the box has them, and what was typed but not saved yet. News from the box never touch what is typed; what is
 * typed and equals what the box has is no change.
 */
export class Draft {
  #fields = new Map<string, SettingField>();
  readonly #typed = new Map<string, { raw: Raw; over: Raw }>();

  /** Takes what the box says. Fields that are gone are forgotten with what was typed there. */
  take(fields: readonly SettingField[]): void {
    this.#fields = new Map(fields.map((field) => [field.name, field]));
    for (const [name, { raw }] of this.#typed) {
      const field = this.#fields.get(name);
      if (!field || rawOf(field.value) === raw) this.#typed.delete(name);
    }
  }

  /** Takes what was typed. */
  type(name: string, raw: Raw): void {
    const field = this.#fields.get(name);
    if (!field) return;
    const has = rawOf(field.value);
    if (raw === has) this.#typed.delete(name);
    else this.#typed.set(name, { raw, over: this.#typed.get(name)?.over ?? has });
  }

  /** Forgets all that was typed. */
  discard(): void {
    this.#typed.clear();
  }

  isTyped(name: string): boolean {
    return this.#typed.has(name);
  }

  /** What a control shows. */
  raw(name: string): Raw {
    const field = this.#fields.get(name);
    return this.#typed.get(name)?.raw ?? (field ? rawOf(field.value) : '');
  }

  /** The value that the box has got meanwhile, while something else was being typed; undefined when it is the one typed over. */
  meanwhile(name: string): Value | undefined {
    const field = this.#fields.get(name);
    const typed = this.#typed.get(name);
    return field && typed && rawOf(field.value) !== typed.over ? field.value : undefined;
  }

  /** How many fields differ from what the box has. */
  get size(): number {
    return this.#typed.size;
  }

  /** Everything that differs. */
  changes(): Changes {
    const values: Record<string, Value> = {};
    const faults = new Map<string, string>();
    for (const [name, { raw }] of this.#typed) {
      const field = this.#fields.get(name);
      if (!field) continue;
      const result = parseRaw(field, raw);
      if ('value' in result) values[name] = result.value;
      else faults.set(name, result.fault);
    }
    return { values, faults };
  }

  /** What was sent has been taken; what was typed since then stays. */
  saved(sent: SettingChanges): void {
    for (const name of Object.keys(sent)) {
      const field = this.#fields.get(name);
      const typed = this.#typed.get(name);
      if (!field || !typed) continue;
      const now = parseRaw(field, typed.raw);
      if ('value' in now && `${now.value}` === `${sent[name]}`) this.#typed.delete(name);
    }
  }
}
