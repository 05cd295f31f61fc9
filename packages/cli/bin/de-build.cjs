#!/usr/bin/env node
'use strict';

const { join } = require('node:path');
const { openBundles } = require('./open-bundles.cjs');

const { run, processIo } = openBundles(join(__dirname, '../dist/bundle')).bundled('main.cjs');

run(process.argv.slice(2), processIo()).then((exitCode) => {
  process.exitCode = exitCode;
});
