import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { type BenchProject, startBenchProject } from './bench-project.ts';
import { comparePaired } from './compare-paired.ts';
import { type Figure, figureOf } from './figure.ts';
import { runProgram } from './program.ts';

/** Rows of about 900 bytes: 19 MB; each doubling copies all of them with other values. */
const FIRST_ROWS = 20_000;
const WORDS =
  'invoice customer supplier warehouse batch quantity rate amount outstanding delivery draft submitted Mumbai Berlin Acme Umbrella Initech Hooli pallet carton litre kilogram order note payment entry journal ledger account tax freight cancelled';

/** A backup of a database of 1 GB, and a restore of one of 150 MB, compared with the database's own programs, by hand. */
export async function measureDump(context: BenchContext): Promise<readonly Figure[]> {
  const running = await startBenchProject(context);
  if (running === undefined) return [];
  await prepareByHand(running);
  const file = join(context.folder, 'by-hand.sql.gz');
  await fillDatabase(running);
  await doubleRows(running, context.isQuick ? 0 : 3);
  const restore = await measureRestore(context, running, file);
  await doubleRows(running, context.isQuick ? 0 : 3);
  return [await measureBackup(context, running, file), restore];
}

const CLIENT = '--defaults-extra-file=/tmp/by-hand.cnf';
const DUMP = `mariadb-dump ${CLIENT} --single-transaction --quick --routines --triggers "$(cat /tmp/by-hand)" | gzip`;
const EXEC = 'docker compose exec -T backend';

async function measureBackup(context: BenchContext, running: BenchProject, file: string): Promise<Figure> {
  const { signal, isQuick } = context;
  const { deBuild, byHand } = running;
  const kept = join(context.folder, 'backups');
  const dumpByHand = byHand(`${EXEC} sh -c '${DUMP}' > ${file}`);
  await rm(file, { force: true });
  const comparison = await comparePaired({
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
  const name = `backup of a database of ${await sizeOf(running)}, verified : mariadb-dump | gzip`;
  return figureOf({ part: 'dump', name, unit: 'ms', aim: { atMost: 1.1 } }, comparison);
}

/** Both put visitors off, keep the present database, load the other one, clear the cache and let visitors in. */
async function measureRestore(context: BenchContext, running: BenchProject, file: string): Promise<Figure> {
  const { signal, isQuick } = context;
  const { deBuild, byHand, project } = running;
  const made = await runProgram(deBuild(['backup', '--without-files', '--json']), signal);
  const { backup } = JSON.parse(made.stdout);
  const bench = `${EXEC} bench --site ${project.sites[0]}`;
  const steps = [
    `${bench} set-maintenance-mode on`,
    `${EXEC} sh -c '${DUMP}' > ${file}.present`,
    `gzip -dc ${backup.location}/${project.sites[0]}/database.sql.gz | ${EXEC} sh -c 'mariadb ${CLIENT} "$(cat /tmp/by-hand)"'`,
    `${bench} clear-cache`,
    `${bench} set-maintenance-mode off`,
  ];
  const restoreByHand = byHand(steps.join(' && '));
  const comparison = await comparePaired({
    ours: async () =>
      (await runProgram(deBuild(['backup', 'restore', backup.id, '--yes', '--json']), signal)).ms,
    peer: async () => (await runProgram(restoreByHand, signal)).ms,
    pairs: isQuick ? 1 : 3,
    warmUps: isQuick ? 0 : 1,
  });
  const name = `restore of a database of ${await sizeOf(running)}, workers stopped, sites checked : by hand`;
  return figureOf({ part: 'dump', name, unit: 'ms' }, comparison);
}

/** The password in a file of the container, as a careful person has it. */
async function prepareByHand({ project }: BenchProject): Promise<void> {
  const script = `import json
config = json.load(open("sites/${project.sites[0]}/site_config.json"))
open("/tmp/by-hand.cnf", "w").write("[client]\\nhost=db\\nuser=%s\\npassword=%s\\n" % (config["db_name"], config["db_password"]))
open("/tmp/by-hand", "w").write(config["db_name"])`;
  await project.compose('exec', '-T', 'backend', 'python3', '-c', script);
}

const TABLE = '`tabBench Entry`';
const NUMBERS = 'floor(rand() * 3), rand() * 10000, rand() * 100';

async function fillDatabase({ sql }: BenchProject): Promise<void> {
  const words = WORDS.split(' ').map((word) => `'${word}'`);
  const word = `elt(1 + floor(rand() * ${words.length}), ${words.join(', ')})`;
  await sql(
    `create table ${TABLE} (name varchar(40) primary key, creation datetime(6), modified datetime(6), owner varchar(140), docstatus int, amount decimal(21,9), rate decimal(21,9), remarks text)`,
  );
  await sql(
    `insert into ${TABLE} select uuid(), '2020-01-01', '2020-01-01', concat(${word}, '@example.com'), ${NUMBERS}, concat_ws(' ', ${Array(60).fill(word).join(', ')}) from seq_1_to_${FIRST_ROWS}`,
  );
}

/** A copy of each row begins elsewhere, so that gzip finds no more in it than in the first ones. */
async function doubleRows({ sql }: BenchProject, times: number): Promise<void> {
  const remarks = `concat(substring(remarks, 1 + floor(rand() * 200)), ' ', floor(rand() * 1e9), ' ', left(remarks, 200))`;
  for (let round = 0; round < times; round += 1)
    await sql(
      `insert into ${TABLE} select uuid(), creation, modified, owner, ${NUMBERS}, ${remarks} from ${TABLE}`,
    );
}

/** Of its rows, for people. */
async function sizeOf({ sql }: BenchProject): Promise<string> {
  const bytes = Number(await sql(`select sum(length(remarks) + 150) from ${TABLE}`));
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
