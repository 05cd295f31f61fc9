'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

/**
 * Opens the bundles of a folder, each when it is first asked for, with the code that V8 made of it when it was
 * bundled. Another version of Node makes its own: that is slower, nothing else.
 */
exports.openBundles = (folder) => {
  const opened = new Map();

  function bundled(name) {
    const filename = join(folder, name);
    const known = opened.get(filename);
    if (known !== undefined) return known.module.exports;
    const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readCode(filename) });
    const module = { exports: {} };
    opened.set(filename, { name, script, module });
    script.runInThisContext()(module.exports, require, module, bundled, pathToFileURL(filename).href);
    return module.exports;
  }

  return {
    bundled,
    /** What V8 has made of the opened bundles by now, by name. */
    code: () => [...opened.values()].map(({ name, script }) => [name, script.createCachedData()]),
  };
};

function readCode(filename) {
  try {
    return readFileSync(`${filename}.code`);
  } catch {
    return undefined;
  }
}
