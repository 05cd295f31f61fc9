import { readFile } from 'node:fs/promises';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';

type Schema = { [keyword: string]: unknown };

/** Validates documents with a published schema, for tests: also that they have no member that is not in the schema. */
export async function schemaOf(name: string): Promise<ValidateFunction> {
  const file = new URL(`../schema/${name}.schema.json`, import.meta.url);
  const schema = JSON.parse(await readFile(file, 'utf8')) as Schema;
  // The result of a command has members that are only in its own schema.
  const isOpen = name === 'event';
  return new Ajv2020.Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(
    isOpen ? schema : (closed(schema) as Schema),
  );
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}
