import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A value that must not be shown. Printing, JSON, template strings and `util.inspect` give `[redacted]`; only `reveal()`
 * gives the value. It is in a private field, so that no generic traversal finds it.
 */
export class Secret {
  readonly #value: string;
  /** For example the `.env` key that it came from; never the value. */
  readonly name: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  /** The value itself. Call it as late as possible. */
  reveal(): string {
    return this.#value;
  }

  /** A secret derived from this one, for example a URL that holds it. */
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
