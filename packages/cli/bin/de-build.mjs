#!/usr/bin/env node
import { processIo } from '../dist/bundle/process-io.js';
import { run } from '../dist/bundle/main.js';

process.exitCode = await run(process.argv.slice(2), processIo());
