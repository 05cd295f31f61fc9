// Writes the JSON Schema of everything that the CLI prints for other programs, from the types in documents.ts. With
// `--check` it only says whether the published ones are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as tjs from 'ts-json-schema-generator';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'packages/cli/src/documents.ts');
const TARGET = join(ROOT, 'packages/cli/schema');
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Types that core infers from zod, which has schemas of them. */
const zodSchemas = await importSource(`
  import { z } from 'zod';
  import { archiveSchema } from './manifests/archives.ts';
  export { manifestJsonSchema as Manifest } from './manifests/manifest-schema.ts';
  export const Archive = () => z.toJSONSchema(archiveSchema, { target: 'draft-2020-12' });
`);

class ZodType extends tjs.BaseType {
  constructor(name) {
    super();
    this.name = name;
  }

  getId() {
    return `zod-${this.name}`;
  }
}

const generator = createGenerator();
const names = [...readFileSync(SOURCE, 'utf8').matchAll(/^export type (\w+)Document =/gm)].map(
  ([, name]) => name,
);
let isCurrent = true;
for (const name of names) {
  const file = join(TARGET, `${name.toLowerCase()}.schema.json`);
  const text = `${JSON.stringify(schemaOf(name), undefined, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (read(file) !== text) {
    isCurrent = false;
    process.stderr.write(`${file} is not up to date: run node scripts/write-cli-schemas.mjs\n`);
  }
}
process.exitCode = isCurrent ? 0 : 1;

function schemaOf(name) {
  const { $schema: _, definitions = {}, ...schema } = generator.createSchema(`${name}Document`);
  const title =
    name === 'Error'
      ? 'A failure of de-build'
      : name === 'Event'
        ? 'A line of --progress json'
        : `What de-build ${name.toLowerCase()} --json prints`;
  const whole = { $schema: DIALECT, title, ...schema, $defs: definitions };
  return JSON.parse(JSON.stringify(whole).replaceAll('"#/definitions/', '"#/$defs/'), (key, value) =>
    key === '$schema' && value !== DIALECT ? undefined : value,
  );
}

function createGenerator() {
  // Anything may be added to a document later.
  const config = {
    ...tjs.DEFAULT_CONFIG,
    path: SOURCE,
    tsconfig: join(ROOT, 'tsconfig.json'),
    skipTypeCheck: true,
    topRef: false,
    additionalProperties: true,
  };
  const program = tjs.createProgram(config);
  const parser = tjs.createParser(program, config, (chain) =>
    chain.addNodeParser({
      supportsNode: (node) => node.typeName?.escapedText in zodSchemas,
      createType: ({ typeName }) =>
        new tjs.DefinitionType(typeName.escapedText, new ZodType(typeName.escapedText)),
    }),
  );
  const formatter = tjs.createFormatter(config, (chain) =>
    chain.addTypeFormatter({
      supportsType: (type) => type instanceof ZodType,
      getDefinition: (type) => zodSchemas[type.name](),
      getChildren: () => [],
    }),
  );
  return new tjs.SchemaGenerator(program, parser, formatter, config);
}

async function importSource(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(ROOT, 'packages/core/src'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
