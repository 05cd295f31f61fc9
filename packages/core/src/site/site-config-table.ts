import { siteConfigJsonSchema } from './site-config.ts';

interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Property;
  readonly anyOf?: readonly Property[];
  readonly const?: unknown;
  readonly additionalProperties?: Property | boolean;
}

/** The keys of `de-build.json` as a Markdown table, for docs/configuration.md. */
export function siteConfigTable(): string {
  const { properties } = siteConfigJsonSchema() as { properties: Readonly<Record<string, Property>> };
  const rows = Object.entries(properties).map(([key, property]) => {
    const { description = '', default: preset } = property;
    const shown = preset === undefined ? '' : `\`${JSON.stringify(preset).replaceAll('","', '", "')}\``;
    return `| \`${key}\` | ${kindOf(property)} | ${shown} | ${description} |`;
  });
  return ['| key | takes | default | what it is |', '|---|---|---|---|', ...rows].join('\n');
}

function kindOf({ type, enum: choices, items, anyOf, additionalProperties }: Property): string {
  if (anyOf !== undefined)
    return anyOf
      .map((one) => (one.const === undefined ? kindOf(one) : `\`${JSON.stringify(one.const)}\``))
      .join(' or ');
  if (choices !== undefined) return choices.map((choice) => `\`"${choice}"\``).join(', ');
  if (type === 'array') return `a list of ${items?.type === 'array' ? 'lists of texts' : 'texts'}`;
  const isMixed = typeof additionalProperties === 'object' && additionalProperties.anyOf !== undefined;
  if (type === 'object') return isMixed ? 'texts or objects by id' : 'texts by name';
  if (type === 'boolean') return '`true` or `false`';
  return type === 'integer' ? 'a whole number' : 'a text';
}
