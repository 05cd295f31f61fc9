import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A value that must not be shown. Printing, JSON, template strings and `util.inspect` give `[redacted]`;
 * only `reveal()` gives the value. The value lives in a private field, so that no generic walk finds it.
 */
export class Secret {
  readonly #value: string;
  /** What the secret is called, e.g. the `.env` key it came from. Never the value. */
  readonly name: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  /** The value itself. Call it as late and as seldom as can be. */
  reveal(): string {
    return this.#value;
  }

  /** A secret derived from this one, e.g. a URL or a document that holds it. */
  map(name: string, change: (value: string) => string): Secret {
    return new Secret(name, change(this.#value));
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return `Secret(${this.name})`;
  }
}
