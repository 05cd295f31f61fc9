import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { type BenchProject, startBenchProject } from './bench-project.ts';
import { comparePaired } from './compare-paired.ts';
import { type Figure, figureOf } from './figure.ts';
import { runProgram } from './program.ts';

/** Rows of about 800 bytes: 15 MB; each doubling copies all of them with other values. */
const FIRST_ROWS = 20_000;
const DOUBLINGS = 6;
const WORDS =
  'invoice customer supplier warehouse batch quantity rate amount outstanding delivery draft submitted Mumbai Berlin Acme Umbrella Initech Hooli pallet carton litre kilogram order note payment entry journal ledger account tax freight cancelled';

/** A backup of a database of 1 GB, and its restore, compared with the database's own programs, by hand. */
export async function measureDump(context: BenchContext): Promise<readonly Figure[]> {
  const running = await startBenchProject(context);
  if (running === undefined) return [];
  const { signal, isQuick } = context;
  const { deBuild, byHand } = running;
  await prepareByHand(running);
  const size = await fillDatabase(running, isQuick ? 1 : DOUBLINGS);
  const file = join(context.folder, 'by-hand.sql.gz');
  const kept = join(context.folder, 'backups');
  const dumpByHand = byHand(
    `docker compose exec -T backend sh -c 'mariadb-dump --defaults-extra-file=/tmp/by-hand.cnf --single-transaction --quick --routines --triggers "$(cat /tmp/by-hand)" | gzip' > ${file}`,
  );
  const dump = await comparePaired({
    ours: async () => {
      await rm(kept, { recursive: true, force: true });
      const run = await runProgram(deBuild(['backup', '--without-files', '--json', '--to', kept]), signal);
      await assertSameSize(run.stdout, file);
      return run.ms;
    },
    peer: async () => (await runProgram(dumpByHand, signal)).ms,
    pairs: isQuick ? 1 : 5,
    warmUps: 1,
  });
  const name = `backup of a database of ${size}, verified : mariadb-dump | gzip`;
  return [figureOf({ part: 'dump', name, unit: 'ms', aim: { atMost: 1.1 } }, dump)];
}

/** The password in a file of the container, as a careful person has it. */
async function prepareByHand({ project }: BenchProject): Promise<void> {
  const script = `import json
config = json.load(open("sites/${project.sites[0]}/site_config.json"))
open("/tmp/by-hand.cnf", "w").write("[client]\\nhost=db\\nuser=%s\\npassword=%s\\n" % (config["db_name"], config["db_password"]))
open("/tmp/by-hand", "w").write(config["db_name"])`;
  await project.compose('exec', '-T', 'backend', 'python3', '-c', script);
}

/** @returns the size of its rows, for people */
async function fillDatabase({ sql }: BenchProject, doublings: number): Promise<string> {
  const words = WORDS.split(' ').map((word) => `'${word}'`);
  const word = `elt(1 + floor(rand() * ${words.length}), ${words.join(', ')})`;
  const numbers = 'floor(rand() * 3), rand() * 10000, rand() * 100';
  const table = '`tabBench Entry`';
  await sql(
    `create table ${table} (name varchar(40) primary key, creation datetime(6), modified datetime(6), owner varchar(140), docstatus int, amount decimal(21,9), rate decimal(21,9), remarks text)`,
  );
  await sql(
    `insert into ${table} select uuid(), '2020-01-01', '2020-01-01', concat(${word}, '@example.com'), ${numbers}, concat_ws(' ', ${Array(60).fill(word).join(', ')}) from seq_1_to_${FIRST_ROWS}`,
  );
  for (let round = 0; round < doublings; round += 1)
    await sql(
      `insert into ${table} select uuid(), creation, modified, owner, ${numbers}, concat(substring(remarks, 1 + floor(rand() * 200)), ' ', floor(rand() * 1e9), ' ', left(remarks, 200)) from ${table}`,
    );
  const bytes = Number(await sql(`select sum(length(remarks) + 150) from ${table}`));
  return bytes > 5e8 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

/** Both dumped the same; ours is first, when there is none by hand yet. */
async function assertSameSize(output: string, byHand: string): Promise<void> {
  const { manifest } = JSON.parse(output);
  const ours: number = manifest.sites[0].database.sizeBytes;
  const theirs = await stat(byHand).then(
    ({ size }) => size,
    () => ours,
  );
  if (Math.abs(ours / theirs - 1) > 0.01) throw new Error(`The dump has ${ours} bytes, by hand ${theirs}`);
}
