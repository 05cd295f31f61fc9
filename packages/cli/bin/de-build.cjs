#!/usr/bin/env node
'use strict';

const { mkdirSync, statSync } = require('node:fs');
const { enableCompileCache, getCompileCacheDir } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');
const answers = require('../dist/bundle/answers.json');

const argv = process.argv.slice(2);
// What the command itself would write; yargs takes longer for it than Node takes to start.
const answer = answers[[Math.min(process.stdout.columns || 80, 100), ...argv].join(' ')];
if (answer === undefined) start();
else process.stdout.on('error', failUnlessLeft).write(answer);

async function start() {
  cacheCompiledCode();
  const folder = enterFolder();
  const { run, processIo } = require('../dist/bundle/main.cjs');
  process.exitCode = await run(argv, processIo(folder));
}

/** The current folder; empty when it was removed, which libraries do not expect. */
function enterFolder() {
  try {
    return process.cwd();
  } catch {
    process.chdir('/');
    return '';
  }
}

/** A reader may leave early; a full disk is a failure. */
function failUnlessLeft({ code }) {
  if (code === 'EPIPE') return;
  process.stderr.write(`Standard output could not be written: ${code}.\n`);
  process.exitCode = 1;
}

/** Node has a cache of compiled code since 22.1. Code in it runs, so it lies where nobody else can write. */
function cacheCompiledCode() {
  if (enableCompileCache === undefined || getCompileCacheDir() !== undefined) return;
  try {
    const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    const { uid, mode } = statSync(caches);
    if (uid !== process.getuid() || (mode & 0o022) !== 0) return;
    const folder = join(caches, 'de-build');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    enableCompileCache(folder);
  } catch {
    // Without a cache the start is slower, nothing else.
  }
}
