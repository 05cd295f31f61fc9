import { z } from 'zod';

const Doctype = z.looseObject({
  fields: z.array(z.looseObject({ fieldname: z.string(), fieldtype: z.string().optional() })).default([]),
});

/**
 * Fields of a doctype's JSON that the newer one lacks, or has with another type. What cannot be read has none: that the
 * doctype changed is reported anyway.
 */
export function removedFields(from: string | undefined, to: string | undefined): readonly string[] {
  const before = fieldsOf(from);
  const after = fieldsOf(to);
  if (before === undefined || after === undefined) return [];
  return [...before]
    .filter(([name, type]) => after.get(name) !== type && holdsData(type))
    .map(([name]) => name);
}

function fieldsOf(text: string | undefined): ReadonlyMap<string, string> | undefined {
  if (text === undefined) return undefined;
  try {
    const { fields } = Doctype.parse(JSON.parse(text));
    return new Map(fields.map(({ fieldname, fieldtype = '' }) => [fieldname, fieldtype]));
  } catch {
    return undefined;
  }
}

/** Layout of a form, without a column in the database (`no_value_fields` of Frappe). */
const LAYOUT = new Set([
  'Section Break',
  'Column Break',
  'Tab Break',
  'HTML',
  'Heading',
  'Button',
  'Image',
  'Fold',
]);

function holdsData(fieldtype: string): boolean {
  return !LAYOUT.has(fieldtype);
}
