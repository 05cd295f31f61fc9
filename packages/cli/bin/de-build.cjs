#!/usr/bin/env node
'use strict';

const { join } = require('node:path');
const { answerAtOnce } = require('./kept-answers.cjs');

const bundle = join(__dirname, '../dist/bundle');
const argv = process.argv.slice(2);

if (!answerAtOnce(bundle, argv)) {
  const { openBundles } = require('./open-bundles.cjs');
  const { run, processIo } = openBundles(bundle).bundled('main.cjs');
  run(argv, processIo()).then((exitCode) => {
    process.exitCode = exitCode;
  });
}
