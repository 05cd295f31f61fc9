/**
 * A copy of a value with every string and key redacted. Plain objects, arrays, maps, sets and errors (message, stack, cause
 * and own properties; still `instanceof` their class) are copied, also with cycles; frozen ones stay frozen. Other objects
 * are returned unchanged.
 */
export function redactDeep<Value>(value: Value, redact: (text: string) => string): Value {
  const seen = new Map<object, unknown>();

  function walk(one: unknown): unknown {
    if (typeof one === 'string') return redact(one);
    if (typeof one !== 'object' || one === null) return one;
    if (seen.has(one)) return seen.get(one);
    if (Array.isArray(one)) return fill(one, [] as unknown[], (copy) => copy.push(...one.map(walk)));
    if (one instanceof Map) {
      return fill(one, new Map(), (copy) => {
        for (const [key, item] of one) copy.set(walk(key), walk(item));
      });
    }
    if (one instanceof Set) {
      return fill(one, new Set(), (copy) => {
        for (const item of one) copy.add(walk(item));
      });
    }
    if (isError(one)) return fill(one, new Error(''), (copy) => copyError(one, copy));
    if (isPlain(one))
      return fill(one, Object.create(Object.getPrototypeOf(one)), (copy) => copyKeys(one, copy));
    return one;
  }

  function fill<Copy extends object>(one: object, copy: Copy, into: (copy: Copy) => void): Copy {
    seen.set(one, copy);
    into(copy);
    return Object.isFrozen(one) ? Object.freeze(copy) : copy;
  }

  function copyKeys(one: object, copy: object): void {
    for (const [key, item] of Object.entries(one)) define(copy, redact(key), walk(item), true);
  }

  function copyError(one: Error, copy: Error): void {
    Object.setPrototypeOf(copy, Object.getPrototypeOf(one));
    for (const key of Object.getOwnPropertyNames(one)) {
      const isEnumerable = Object.prototype.propertyIsEnumerable.call(one, key);
      define(copy, redact(key), walk(one[key as keyof Error]), isEnumerable);
    }
  }

  return walk(value) as Value;
}

function define(target: object, key: string, value: unknown, isEnumerable: boolean): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: isEnumerable,
    writable: true,
    configurable: true,
  });
}

/** By its tag, because an error of another realm is not `instanceof` ours. */
function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
