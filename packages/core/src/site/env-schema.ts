import { z } from 'zod';
import { envDecoratorUnknown, envDecoratorUnreadable, envTypeUnknown } from '../errors/env-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { type Decorator, readExampleComments } from './env-decorators.ts';
import { parseEnv } from './env-file.ts';
import type { EnvType } from './env-scalar-types.ts';
import { envTypeOf, inferEnvType } from './env-types.ts';
import { nearestName } from './nearest-name.ts';
import { hasSensitiveName } from './sensitive-key.ts';

/** What the example says about a key. */
export interface ExampleKey {
  readonly key: string;
  /** Line in the example. */
  readonly line: number;
  /** The key may be left out altogether. */
  readonly isOptional: boolean;
  /** The value must not be empty. */
  readonly needsValue: boolean;
  readonly sensitive: boolean;
  /** Declared to be no secret, whatever its name and value. */
  readonly isPublic: boolean;
  readonly type: EnvType | undefined;
  /** The type is only what the example's value looks like. */
  readonly isGuessed: boolean;
}

export interface EnvSchema {
  /** Relative path of the example. */
  readonly path: string;
  /** Of an object with every key of the example; other keys pass. */
  readonly schema: z.ZodObject;
  readonly keys: ReadonlyMap<string, ExampleKey>;
  /** About the example itself. */
  readonly findings: readonly Finding[];
}

/**
 * Derives what `.env` must look like from its example: a key of the example must be there; where the example has a value, so
 * must `.env`; and a value must have the shape that `@type` names; where it lacks the one that the example's value clearly has,
 * that is only a warning. `@required` requires a value where the example has none, `@optional` and a commented-out `# KEY=` let the key be left out. `@sensitive`, a word such as TOKEN or
 * PASSWORD in its name, and a value that is a token keep it out of every output, unless `@public` is said.
 * A type that is `decided` elsewhere counts more than `@type`.
 */
export function deriveEnvSchema(
  exampleText: string,
  path: string,
  decided: ReadonlyMap<string, EnvType> = new Map(),
): EnvSchema {
  const { env, findings } = parseEnv(exampleText, path);
  const entries = [...env.entries.values()];
  const comments = readExampleComments(exampleText, entries);
  const header = mapOf(comments.header);
  const written = [
    ...comments.commentedKeys
      .filter(({ key }) => !env.entries.has(key))
      .map((each) => ({ ...each, isComment: true })),
    ...entries.map((each) => ({ ...each, isComment: false })),
  ];
  const keys = new Map<string, ExampleKey>();
  const own = findings.filter((finding) => finding.severity !== 'note').map(soften);
  for (const { key, value, line, isComment } of written) {
    const decorators = comments.byLine.get(line) ?? [];
    own.push(...decorators.flatMap((decorator) => judgeDecorator(decorator, path, key)));
    const read = mapOf(decorators);
    const declaredSecret = declaredSensitive(read);
    const sensitive = declaredSecret ?? isSensitive(key, header);
    const isPublic = declaredSecret === false;
    const declared = read.get('type');
    const known = decided.get(key);
    const isGuessed = known === undefined && declared === undefined;
    const type =
      known ??
      (declared === undefined ? (sensitive ? undefined : inferEnvType(key, value)) : knownType(declared));
    keys.set(key, {
      key,
      line,
      sensitive,
      isPublic,
      type,
      isGuessed,
      ...needsOf({ value, isComment, read, header }),
    });
  }
  const shape = Object.fromEntries([...keys.values()].map((each) => [each.key, schemaOf(each)]));
  return { path, schema: z.looseObject(shape), keys, findings: own };
}

/** `check-env.ts` turns its issues into findings. */
function schemaOf({ isOptional, needsValue, type }: ExampleKey): z.ZodType {
  const filled = type?.schema ?? z.string();
  const value = needsValue ? z.string().min(1).pipe(filled) : z.union([z.literal(''), filled]);
  return isOptional ? value.optional() : value;
}

interface Needs {
  readonly value: string;
  readonly isComment: boolean;
  readonly read: ReadonlyMap<string, string>;
  readonly header: ReadonlyMap<string, string>;
}

function needsOf({ value, isComment, read, header }: Needs): { isOptional: boolean; needsValue: boolean } {
  const own = truthOf(read.get('required')) ?? negate(truthOf(read.get('optional')));
  const required = own ?? (isComment ? false : truthOf(header.get('defaultRequired')));
  if (required === undefined) return { isOptional: false, needsValue: value !== '' };
  return { isOptional: !required, needsValue: required };
}

function declaredSensitive(read: ReadonlyMap<string, string>): boolean | undefined {
  return truthOf(read.get('sensitive')) ?? negate(truthOf(read.get('public')));
}

function isSensitive(key: string, header: ReadonlyMap<string, string>): boolean {
  if (hasSensitiveName(key)) return true;
  const written = header.get('defaultSensitive');
  const prefix = /^inferFromPrefix\((.*)\)$/.exec(written ?? '')?.[1];
  return prefix === undefined ? (truthOf(written) ?? false) : !key.startsWith(prefix.trim());
}

/** `{enabled=false}` and the like are options of a decorator that is set. */
function truthOf(written: string | undefined): boolean | undefined {
  if (written === 'true' || written === 'false') return written === 'true';
  if (written?.startsWith('{')) return !/enabled\s*=\s*false/.test(written);
  return undefined;
}

function negate(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

function mapOf(decorators: readonly Decorator[]): ReadonlyMap<string, string> {
  return new Map(decorators.map(({ name, value }) => [name, value]));
}

/** Only people and de-build read the example, so a fault in it does not stop a release. */
function soften(finding: Finding): Finding {
  return finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;
}

const OURS = ['required', 'optional', 'sensitive', 'public', 'type'];

function knownType(written: string): EnvType | undefined {
  const type = envTypeOf(written);
  return 'unknown' in type ? undefined : type;
}

function judgeDecorator(
  { name, value, line, isReadable }: Decorator,
  file: string,
  subject: string,
): Finding[] {
  const at = { file, line, subject };
  if (!isReadable) return [envDecoratorUnreadable(at, name)];
  if (name === 'type') {
    const type = envTypeOf(value);
    return 'unknown' in type ? [envTypeUnknown(at, type.unknown)] : [];
  }
  const meant = OURS.includes(name) ? undefined : nearestName(name, OURS);
  return meant === undefined ? [] : [envDecoratorUnknown(at, name, meant)];
}
