import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, unpackPackages } from './debian-packages.ts';
import { runCommand } from './run-command.ts';

/** Patterns of an ignore file, and a path. */
export interface IgnoreQuestion {
  readonly patterns: readonly string[];
  readonly path: string;
}

const SOURCE = `package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/moby/patternmatcher"
)

func answer(patterns []string, path string) interface{} {
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return "invalid"
	}
	matched, err := matcher.MatchesOrParentMatches(path)
	if err != nil {
		return "invalid"
	}
	return matched
}

func main() {
	var asked []struct {
		Patterns []string
		Path     string
	}
	if err := json.NewDecoder(bufio.NewReader(os.Stdin)).Decode(&asked); err != nil {
		panic(err)
	}
	answers := []interface{}{}
	for _, one := range asked {
		answers = append(answers, answer(one.Patterns, one.Path))
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
`;

/** What Docker's own matcher answers, which is built once, with Go of the distribution; undefined where that is not Debian. */
export async function askGoMatcher(
  questions: readonly IgnoreQuestion[],
): Promise<readonly (boolean | 'invalid')[] | undefined> {
  if (readDistribution()?.id !== 'debian') return undefined;
  const matcher = await ensureCached('go-matcher', buildMatcher);
  return JSON.parse(await runCommand(matcher, [], { input: JSON.stringify(questions) }));
}

async function buildMatcher(draft: string): Promise<void> {
  const suite = readDistribution()?.codename ?? '';
  const workspace = `${draft}.go`;
  await unpackPackages({ suite, packages: [], withDependencies: ['golang-go'] }, workspace);
  await unpackPackages({ suite: 'forky', packages: ['golang-github-moby-patternmatcher-dev'] }, workspace);
  await mkdir(join(workspace, 'matcher'));
  await writeFile(join(workspace, 'matcher/main.go'), SOURCE);
  const root = join(workspace, 'usr/lib/go');
  await runCommand(join(root, 'bin/go'), ['build', '-o', draft, './matcher'], {
    cwd: workspace,
    environment: {
      PATH: '/usr/bin:/bin',
      GOROOT: root,
      GOPATH: join(workspace, 'usr/share/gocode'),
      GOCACHE: join(workspace, 'cache'),
      GO111MODULE: 'off',
      CGO_ENABLED: '0',
    },
  });
}
