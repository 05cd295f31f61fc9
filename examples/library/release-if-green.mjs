// Releases a site only if its checks pass, and writes the released apps to standard output.
// Run it as: node release-if-green.mjs /path/to/site
import {
  buildRelease,
  bumpSite,
  checkSite,
  createRedactor,
  isDeBuildError,
  readRecords,
} from '@de-build/core';

const site = process.argv[2] ?? '.';
const common = { site, environment: process.env };

const { manifests } = await readRecords(common);
if (manifests.length > 0) await bumpSite({ site, to: 'next' });

const report = await checkSite(common);
for (const { title, status, summary = '' } of report.checks) console.log(`${status}: ${title} ${summary}`);
if (!report.passed) {
  for (const { findings } of report.checks) {
    for (const { severity, what, fix } of findings) if (severity === 'error') console.log(`${what} ${fix}`);
  }
  process.exit(3);
}

// Your own output can pass the redactor too: it knows every secret of the site as soon as the site is read.
const redactor = createRedactor();
const release = buildRelease({ ...common, redactor });
for await (const event of release.events) {
  if (event.type === 'stage' && event.state === 'done') console.log(`${event.title}: ${event.durationMs} ms`);
}
try {
  const { reference, manifest } = await release.result;
  console.log(`released ${reference}`);
  for (const { name, ref, commit } of manifest.apps) console.log(`${name} ${ref} ${commit}`);
} catch (error) {
  if (!isDeBuildError(error)) throw error;
  console.log(redactor.redact(`${error.code}: ${error.what} ${error.fix}`));
  process.exitCode = error.exitCode;
}
