import * as appFindings from './app-findings.ts';
import * as appsInputFindings from './apps-input-findings.ts';
import * as archive from './archive-failures.ts';
import * as audit from './audit-failures.ts';
import * as backup from './backup-failures.ts';
import * as bench from './bench-failures.ts';
import * as build from './build-failures.ts';
import * as builder from './builder-failures.ts';
import * as checkFindings from './check-findings.ts';
import * as compose from './compose-failures.ts';
import * as composeFindings from './compose-findings.ts';
import * as configFindings from './config-findings.ts';
import * as container from './container-failures.ts';
import * as containerfileFindings from './containerfile-findings.ts';
import * as context from './context-failures.ts';
import type { DeBuildError } from './de-build-error.ts';
import * as deploy from './deploy-failures.ts';
import * as deployFindings from './deploy-findings.ts';
import * as doctorFindings from './doctor-findings.ts';
import * as engine from './engine-failures.ts';
import * as engineImage from './engine-image-failures.ts';
import * as engineSetup from './engine-setup-failures.ts';
import * as envFindings from './env-findings.ts';
import { ENVIRONMENT } from './environment.ts';
import * as fileFindings from './file-findings.ts';
import type { Finding } from './finding.ts';
import * as flow from './flow-failures.ts';
import * as git from './git-failures.ts';
import * as gitSsh from './git-ssh-failures.ts';
import * as lock from './lock-failures.ts';
import * as manifest from './manifest-failures.ts';
import * as manifestFindings from './manifest-findings.ts';
import * as migration from './migration-failures.ts';
import * as mirror from './mirror-failures.ts';
import * as programs from './process-failures.ts';
import * as projectFailures from './project-failures.ts';
import * as projectFindings from './project-findings.ts';
import * as rebuild from './rebuild-failures.ts';
import * as refFindings from './ref-findings.ts';
import * as rehearsal from './rehearsal-failures.ts';
import * as release from './release-failures.ts';
import * as repositoryFindings from './repository-findings.ts';
import * as restic from './restic-failures.ts';
import * as restore from './restore-failures.ts';
import * as rollback from './rollback-failures.ts';
import * as secretFindings from './secret-findings.ts';
import * as services from './service-failures.ts';
import * as site from './site-failures.ts';
import * as siteRepository from './site-repository-failures.ts';
import * as temporary from './temporary-failures.ts';
import * as tokenFindings from './token-findings.ts';
import * as usage from './usage-failures.ts';
import * as variantFindings from './variant-findings.ts';
import * as versionFindings from './version-findings.ts';

const composeRelease = { version: '1.4.0', key: 'DE_SITE_VERSION', image: 'acme/erp' };
const composeLine = (key: string | undefined, source = '.env') => ({
  place: { file: 'compose.yaml', line: 3 },
  source,
  key,
});

/** Every file of the catalogue. `failure` is the helper of the engine's files. */
const { OLDEST_ENGINE: _, failure: __, ...engineFailures } = engine;
export const catalogue = {
  'app-findings.ts': appFindings,
  'apps-input-findings.ts': appsInputFindings,
  'archive-failures.ts': archive,
  'audit-failures.ts': audit,
  'build-failures.ts': build,
  'builder-failures.ts': builder,
  'check-findings.ts': checkFindings,
  'compose-findings.ts': composeFindings,
  'config-findings.ts': configFindings,
  'containerfile-findings.ts': containerfileFindings,
  'context-failures.ts': context,
  'doctor-findings.ts': doctorFindings,
  'engine-failures.ts': engineFailures,
  'engine-image-failures.ts': engineImage,
  'engine-setup-failures.ts': engineSetup,
  'env-findings.ts': envFindings,
  'file-findings.ts': fileFindings,
  'flow-failures.ts': flow,
  'git-failures.ts': git,
  'git-ssh-failures.ts': gitSsh,
  'lock-failures.ts': lock,
  'bench-failures.ts': bench,
  'backup-failures.ts': backup,
  'compose-failures.ts': compose,
  'container-failures.ts': container,
  'deploy-failures.ts': deploy,
  'migration-failures.ts': migration,
  'service-failures.ts': services,
  'rollback-failures.ts': rollback,
  'deploy-findings.ts': deployFindings,
  'manifest-failures.ts': manifest,
  'manifest-findings.ts': manifestFindings,
  'mirror-failures.ts': mirror,
  'process-failures.ts': programs,
  'project-failures.ts': projectFailures,
  'project-findings.ts': projectFindings,
  'variant-findings.ts': variantFindings,
  'rebuild-failures.ts': rebuild,
  'ref-findings.ts': refFindings,
  'repository-findings.ts': repositoryFindings,
  'rehearsal-failures.ts': rehearsal,
  'release-failures.ts': release,
  'restic-failures.ts': restic,
  'restore-failures.ts': restore,
  'secret-findings.ts': secretFindings,
  'site-failures.ts': site,
  'site-repository-failures.ts': siteRepository,
  'temporary-failures.ts': temporary,
  'token-findings.ts': tokenFindings,
  'usage-failures.ts': usage,
  'version-findings.ts': versionFindings,
};

type Samples<Module> = {
  readonly [Name in keyof Module]: Module[Name] extends (...given: infer Given) => unknown
    ? readonly Given[]
    : never;
};

/** No text may show it; the causes contain it. */
export const SECRET = 'ghp_plantedplantedplantedplantedplanted01';

const full = Object.assign(new Error(`ENOSPC: no space left on device, write '${SECRET}'`), {
  code: 'ENOSPC',
});
const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
const place = { file: 'apps.json', line: 3 };
const key = { file: '.env', line: 4, subject: 'PAT_DESIRED_EFFECT' };
const example = { file: 'de-example.env', line: 9 };
const version = { file: '.env', line: 1, subject: 'DE_SITE_VERSION' };
const next = [
  { step: 'patch', version: '1.5.1' },
  { step: 'minor', version: '1.6.0' },
  { step: 'major', version: '2.0.0' },
];
const semver = { scheme: 'semver', shape: 'a semantic version such as 1.2.3', example: '1.2.3', next };
const calver = { scheme: 'calver', shape: 'a date such as 2026.11.28', example: '2026.11.28', next: [] };
const recipe = 'images/custom/Containerfile';
const copied = {
  line: 11,
  written: 'apps.json',
  target: '/opt/frappe/apps.json',
  runLines: [13],
  kept: undefined,
  hasCacheBust: false,
};
const cloned = {
  url: 'https://github.com/acme/erp',
  place: { file: 'images/custom/Containerfile', line: 42 },
};
const erp = { name: 'erpnext', url: 'https://github.com/frappe/erpnext', ref: 'version-15' };
const missingApp = { app: 'erpnext', ref: 'version-15', plannedCommit: 'aaaaaaa' };
const url = 'https://github.com/acme/erp_custom';
const sshUrl = 'ssh://git.example/acme/app';
const token = 'PAT_DESIRED_EFFECT';
const refusedLeak = {
  secret: token,
  places: ['home/frappe/frappe-bench/logs/bench.log'],
  omitted: 0,
  isInjected: false,
  removals: ['Change the step that writes the file.'],
};
const endpoint = 'unix:///var/run/docker.sock';
const remote = 'tcp://build-host:2376';
const at = {
  place: 'builder 2/4',
  lines: 'images/custom/Containerfile:12-18',
  instruction: 'RUN bench init',
};
const advice = { title: 'The engine has no space left', advice: 'Free some with `de-build prune`.' };
const pin = {
  url: 'https://github.com/frappe/erpnext',
  kind: 'branch' as const,
  ref: 'version-15',
  commit: 'a1'.repeat(20),
};
const error: Finding = { id: 'x', severity: 'error', what: 'A.', why: 'B.', fix: 'C.' };
const warning: Finding = { ...error, severity: 'warning' };
const fault = { why: 'A comma is missing.', line: 4, column: 7 };

/** At least one call of every function of the catalogue; one for each variant of its text. */
export const samples: { readonly [File in keyof typeof catalogue]: Samples<(typeof catalogue)[File]> } = {
  'app-findings.ts': {
    appUrlUser: [['erp_custom', { file: 'apps.json', line: 3 }]],
    appsMissing: [['apps.json']],
    appsNotAList: [[place]],
    appsEmpty: [['apps.json']],
    appMalformed: [
      [2, 'url', place],
      [2, 'branch', place],
      [2, undefined, place],
    ],
    appDuplicate: [['erpnext', 2, place]],
    appExtraKey: [
      ['erpnext', { key: 'brnach', nearest: 'branch' }, place],
      ['erpnext', { key: undefined, nearest: undefined }, place],
    ],
    appFaulty: (
      [
        'url-control-character',
        'url-not-https',
        'url-option',
        'url-transport',
        'url-plain-http',
        'url-unsafe-ssh',
        'url-malformed',
        'url-shell-character',
        'url-query',
        'url-no-organisation',
        'name-dotted',
        'is-frappe',
        'user-misspelt',
        'token',
        'branch-commit',
        'branch-option',
        'branch-shell-character',
        'branch-malformed',
      ] as const
    ).map((fault) => [fault, 'erpnext', place]),
    appUrlUnusable: [
      ['ftp://host/x/y', 'Only https is asked.', place],
      ['ftp://host/x/y', 'Only https is asked.', { file: 'de-build.json' }],
    ],
  },
  'apps-input-findings.ts': {
    containerfileDialect: [
      [recipe, { kind: 'copied', ...copied }],
      [recipe, { kind: 'copied', ...copied, runLines: [12, 13], hasCacheBust: true }],
      [recipe, { kind: 'copied', ...copied, runLines: [], kept: 'COPY x.txt /opt/frappe/' }],
      [recipe, { kind: 'bound', ...copied }],
      [recipe, { kind: 'other-secret', line: 9, written: 'apps' }],
      [recipe, { kind: 'other-arg', line: 9, written: 'APPS_JSON' }],
      [recipe, { kind: 'global-arg', line: 1, written: 'APPS_JSON_BASE64' }],
      [recipe, { kind: 'none', apps: 'apps.json', count: 1, line: undefined, clones: [] }],
      [recipe, { kind: 'none', apps: 'apps.json', count: 3, line: 12, clones: [{ url, line: 12 }] }],
    ],
  },
  'archive-failures.ts': {
    badArchiveDestination: [['registry.example.com/acme/erp:1.4.0', 'A registry is named without a tag.']],
    releaseImageElsewhere: [['acme/erp:1.1.0', 'unix:///var/run/docker.sock']],
    releaseImageMissing: [['acme/erp:1.4.0', `sha256:${'a'.repeat(64)}`]],
    archiveFileTaken: [['/mnt/backup/acme-erp_1.4.0_0123456789ab.tar.gz']],
    archiveFolderMissing: [['/mnt/backup']],
    archiveIncomplete: [['acme/erp:1.4.0', ['linux/arm64']]],
    archiveNotWritten: [
      ['/mnt/backup', full],
      ['/mnt/backup', denied],
    ],
    archiveNotRecorded: [
      ['/mnt/backup/acme-erp_1.4.0_0123456789ab.tar.gz', 'build-manifests/1.4.0.archives.json', full],
    ],
    archiveListUnreadable: [['build-manifests/1.4.0.archives.json', 'It is not JSON']],
    pushNameHeld: [['registry.example.com/acme/erp:1.4.0', 'sha256:0123']],
    registryTagTaken: [['registry.example.com/acme/erp:1.4.0', `sha256:${'b'.repeat(64)}`]],
  },
  'audit-failures.ts': {
    imageWithoutBench: [['sha256:0123456789abcdef', '/home/frappe/frappe-bench/sites/apps.json']],
    imageAppsUnreadable: [['sha256:0123456789abcdef', 'sites/apps.json', 'It is not JSON.']],
    imageFilesUnreadable: [
      ['sha256:0123456789abcdef', 'It ends in the middle of a file.'],
      ['acme/erp:1.4.0', 'It ends in the middle of a file.'],
    ],
    imageAppsMissing: [
      [[missingApp], true],
      [[missingApp, { ...missingApp, app: 'hrms' }], false],
    ],
    imagePlatformDiffers: [['linux/amd64', 'linux/arm64']],
    imageAppsDiffer: [
      [[{ ...missingApp, foundCommit: 'bbbbbbb' }]],
      [[{ ...missingApp, foundCommit: undefined }]],
    ],
    imageLeaks: [
      [
        'acme/erp:1.4.0',
        [{ ...refusedLeak, isInjected: true }],
        { quarantine: undefined, isInRegistry: false },
      ],
      [
        'acme/erp:1.4.0',
        [{ ...refusedLeak, places: ['opt/a', 'opt/b'] }],
        { quarantine: undefined, isInRegistry: true },
      ],
      [
        'acme/erp:1.4.0',
        [
          { ...refusedLeak, places: ['a', 'b', 'c'], omitted: 700 },
          { ...refusedLeak, secret: 'DB_PASSWORD' },
        ],
        { quarantine: 'acme/erp:1.4.0-quarantined-0123456789ab', isInRegistry: false },
      ],
    ],
    imageToAuditMissing: [['1.4.0']],
    imageUnnamed: [[]],
  },
  'build-failures.ts': {
    buildWithoutImage: [['Its stream ended before it named one.']],
    cacheNotWritten: [
      ['error writing layer blob: 403 Forbidden', { place: 'r.example.com/a:cache', isFolder: false }],
      ['ENOTDIR: not a directory', { place: '/srv/cache', isFolder: true }],
    ],
    buildInterrupted: [[]],
    buildStepFailed: [
      [
        {
          at,
          reason: 'process did not complete successfully: exit code: 3',
          output: 'no',
          advice: undefined,
        },
      ],
      [{ at, reason: 'exit code: 1', output: '', advice: undefined }],
      [{ at, reason: 'exit code: 1', output: 'no', advice }],
      [
        {
          at: { place: 'internal', lines: undefined, instruction: undefined },
          reason: 'exit code: 1',
          output: '',
          advice,
        },
      ],
    ],
    containerfileInvalid: [
      ['images/custom/Containerfile', 3, 'unknown instruction: RUM'],
      ['images/custom/Containerfile', undefined, 'file with no instructions'],
    ],
    containerfileUnreadable: [['images/custom/Containerfile', denied]],
    buildTargetMissing: [['images/custom/Containerfile', 'backend']],
    frontendTooOld: [[undefined], [{ image: 'registry.example.com/frontend:1.0', line: 1 }]],
    sessionNotFound: [['no active session for 0123abcd: context deadline exceeded']],
    frontendUnavailable: [[{ image: 'docker/dockerfile:1.4', line: 1 }, 'i/o timeout']],
    baseImageUnavailable: [
      ['debian:bookworm', 'not found'],
      ['acme/base:1', 'pull access denied'],
      [
        'docker.io/library/builder:latest',
        'pull access denied',
        { line: 9, name: 'builder', nearest: 'bulider' },
      ],
    ],
    buildRefused: [
      ['failed to solve', undefined],
      ['no space left on device', advice],
    ],
    sourcesCopied: [['[builder 2/5] ONBUILD COPY . .']],
    builtImageMissing: [['sha256:0123456789abcdef']],
  },
  'check-findings.ts': {
    imageTagTaken: [['acme/erp:1.4.0', { id: 'sha256:0123456789abcdef', createdAt: '2026-01-02T03:04:05Z' }]],
    manifestsNotWritable: [
      ['build-manifests', { folder: 'build-manifests', code: 'EACCES' }],
      ['build-manifests', { folder: '.', code: 'EROFS' }],
    ],
    diskAlmostFull: [
      ['/var/lib/docker', { free: 1.5e9, wanted: 10e9 }],
      ['/var/lib/docker', { free: 5e6, wanted: 10e9 }],
    ],
    cacheCarriesPrivateCode: [
      ['type=registry,ref=registry.example.com/acme/erp:cache,mode=max', ['erp', 'hr'], 'de-build.json'],
    ],
    secretWeak: [
      [token, { file: '.env', line: 4 }, 'de-example.env'],
      ['npmrc', { file: 'de-build.json' }, undefined],
    ],
    baseImageMissing: [
      ['acme/base:15', { file: 'images/custom/Containerfile', registry: 'docker.io', why: undefined }],
      [
        'acme/base:15',
        {
          file: 'images/custom/Containerfile',
          registry: 'docker.io',
          why: 'It reported: dial tcp: lookup registry-1.docker.io: no such host.',
        },
      ],
    ],
    nothingRecorded: [[]],
    appNotRecorded: [['erpnext', '1.4.0', { file: 'apps.json', line: 3 }]],
  },
  'config-findings.ts': {
    configInvalid: [
      ['image', 'is empty', { file: 'de-build.json', line: 2, column: 4 }],
      ['', 'is not of the type object', { file: 'de-build.json', line: 1, column: 1 }],
    ],
    configUnknownKey: [
      ['imgae', 'image', { file: 'de-build.json', line: 2, column: 3 }],
      ['x', undefined, { file: 'de-build.json', line: 2, column: 3 }],
    ],
  },
  'compose-findings.ts': {
    composeStartsOther: [
      [composeLine('CUSTOM_IMAGE'), 'frappe/erpnext:v15.2.0', 'acme/erp'],
      [composeLine(undefined), 'frappe/erpnext:v15.2.0', 'acme/erp'],
    ],
    composeStartsOtherTag: [
      [composeLine('CUSTOM_TAG'), 'acme/erp:1.3.0', composeRelease],
      [composeLine('CUSTOM_TAG', ENVIRONMENT), 'acme/erp:1.3.0', composeRelease],
      [composeLine(undefined), 'acme/erp:1.3.0', composeRelease],
    ],
    composePullsAlways: [
      [composeLine('PULL_POLICY'), 'acme/erp'],
      [composeLine(undefined), 'acme/erp'],
    ],
    composeAsked: [[]],
    composeNotAsked: [['Docker Compose is not installed'], ['`docker compose config` ended with 15']],
  },
  'containerfile-findings.ts': {
    containerfileMissing: [[recipe]],
    containerfileEmpty: [[recipe]],
    containerfileHeredoc: [['EOF', { file: recipe, line: 3 }]],
    containerfileBeforeFrom: [
      ['ENV', { file: recipe, line: 1 }],
      ['RUNN', { file: recipe, line: 1 }],
    ],
    containerfileWord: (['quote', 'brace', 'substitution', 'pattern', 'unset', 'too-long'] as const).map(
      (fault) => [fault, { file: recipe, line: 3 }],
    ),
    containerfileTwoDialects: [['APPS_JSON_BASE64', { file: recipe, line: 3 }]],
    containerfileArgDiffers: [
      [
        'PYTHON_VERSION',
        [
          { default: '3.11', line: 1 },
          { default: '', line: 9 },
        ],
        { file: recipe, line: 9 },
      ],
    ],
    heredocCrlf: [[{ file: 'images/custom/Containerfile', line: 12 }]],
    scriptCrlf: [['nginx-entrypoint.sh', { file: 'images/custom/Containerfile', line: 20 }]],
    buildArgSecret: [
      ['NPM_TOKEN', { secret: 'NPM_TOKEN', example: 'de-example.env' }, { file: '.env', line: 4 }],
    ],
    buildArgUndeclared: [
      ['PYTHON', recipe, { isError: true, nearest: 'PYTHON_VERSION' }],
      ['X', recipe, { isError: false, nearest: undefined }],
    ],
  },
  'context-failures.ts': {
    ignorePatternMalformed: [
      ['[a-'],
      ['[z-a]', new Error('error parsing regexp: invalid character class range: `z-a`')],
    ],
    contextUnreadable: [['sites/private', denied]],
    contextFolderMissing: [['docker', denied], ['docker']],
    contextChanged: [['resources/start.sh', 'It is 3 bytes longer now.']],
    contextFileTooLarge: [['disk.img', 2 ** 40, 64 * 2 ** 30]],
    contextNameNotUtf8: [['caf\\xe9.txt']],
  },
  'doctor-findings.ts': {
    unfinishedRun: [['.de-build/journal.json', 'while it released 1.4.0']],
    temporaryFileLeft: [['build-manifests/.1.4.0.json.0123456789ab.tmp']],
    credentialLeft: [['/tmp/de-build-git-4026531836-4711-Ab12Cd']],
    containerLeft: [['0123456789abcdef0123']],
    mirrorLeftover: [['.de-build/mirror/github.com-a-b.git/incoming/0123.git', 'half a download']],
    archiveUnlisted: [['.de-build/archives/acme-erp_1.4.0_0123456789ab.tar.gz', '1.4.0']],
    archiveGone: [['.de-build/archives/acme-erp_1.4.0_0123456789ab.tar.gz', '1.4.0']],
    tagLost: [['acme/erp:1.4.0', `sha256:${'a'.repeat(64)}`]],
    tagUnrecorded: [['acme/erp:1.4.0', `sha256:${'a'.repeat(64)}`]],
    imageQuarantined: [['acme/erp:1.4.0-quarantined-0123456789ab']],
    buildingElsewhere: [['acme/erp:1.4.0-building-0123abcd']],
  },
  'engine-failures.ts': {
    engineUnreachable: [
      [endpoint, 'There is no such socket.'],
      [endpoint, 'There is no such socket.', ['unix:///run/user/1000/docker.sock'], full],
      [remote, 'No route leads to the host.'],
    ],
    engineNotRunning: [[endpoint], [remote, full]],
    enginePermissionDenied: [[endpoint, denied]],
    engineNotDocker: [[remote, 'It speaks another protocol.']],
    engineTlsFailed: [[remote, 'The certificate has expired.', 'Renew it.']],
    engineSshFailed: [
      ['ssh://me@build-host', 'Permission denied (publickey).\n'],
      ['ssh://me@build-host', ''],
    ],
    engineSilent: [[endpoint, 'GET /_ping', 10]],
    engineTooOld: [[endpoint, '19.03.15']],
    engineApiMismatch: [[endpoint, '1.60', '1.51']],
    engineRefused: [
      ['POST /images/x/tag', 409, 'conflict'],
      ['POST /images/x/tag', 400, ''],
    ],
    engineObjectMissing: [
      ['GET /images/x/json', 'No such image: x'],
      ['GET /images/x/json', ''],
    ],
    engineFailed: [
      ['POST /build', 500, 'no space left on device'],
      ['POST /build', 500, ''],
    ],
    engineLost: [[endpoint, 'the build', full]],
    engineIdle: [[endpoint, 'the build', 300]],
    engineAnswerUnreadable: [['GET /version', 'Invalid input: expected string']],
  },
  'engine-image-failures.ts': {
    imageNotLoaded: [['write /layer.tar: no space left on device'], ['invalid archive: no manifest']],
    registryAnswerWrong: [
      [
        'registry.example.com',
        'registry.example.com/acme/erp',
        'It is not the JSON that the specification demands.',
      ],
    ],
    registryRefused: [['registry.example.com', 'registry.example.com/acme/erp:1.4.0', 'unauthorized']],
    engineNeeded: [['A push to registry.example.com/acme/erp:1.4.0']],
    registryUnreachable: [
      ['registry.example.com', 'registry.example.com/acme/erp', 'connect ECONNREFUSED', 'us'],

      ['registry.example.com', 'registry.example.com/acme/erp:1.4.0', 'dial tcp: connection refused'],
    ],
  },
  'builder-failures.ts': {
    builderUnknown: [
      ['cluster', ['one', 'two'], ['unix://', 'tcp://']],
      ['cluster', [], ['unix://', 'tcp://']],
    ],
    builderOfOtherEngine: [['production']],
    builderFileUnreadable: [
      ['/home/me/.docker/buildx/instances/one', 'It is not what docker buildx writes.'],
    ],
    builderTlsUnreadable: [['/site/ca.pem', new Error('ENOENT: no such file or directory')]],
    builderNotRunning: [['one', 'Its engine has no container buildx_buildkit_one0.']],
    builderUnreachable: [
      ['tcp://builder:1234', 'The connection was refused: nothing listens there.'],
      ['one', 'kubectl ended with 1', { output: 'error: no context\n' }],
    ],
    builderTlsFailed: [
      ['one', "The builder's certificate has expired.", 'Renew the certificate of the builder.'],
    ],
    builderTooOld: [['one']],
    builderLost: [['one', 'the build']],
    builderIdle: [['one', 'the build', 60]],
  },
  'engine-setup-failures.ts': {
    engineHostInvalid: [
      ['/var/run/docker.sock', 'DOCKER_HOST'],
      ['http//x', '`--host`'],
    ],
    engineContextMissing: [['far', 'DOCKER_CONTEXT', '~/.docker/contexts/meta/x/meta.json']],
    engineSettingsUnreadable: [['~/.docker/config.json', 'It is not JSON']],
    engineWithoutBuildKit: [
      ['unix:///run/docker.sock', 'switched-off'],
      ['tcp://engine:2375', 'windows'],
      ['tcp://engine:2375', 'no-session'],
      ['tcp://engine:2375', 'no-grpc'],
    ],
    engineIsPodman: [['unix:///run/podman/podman.sock'], ['unix:///var/run/docker.sock']],
    imageFileTooLarge: [['/sites/apps.json', 'sha256:0123456789ab', 8 * 1024 * 1024]],
  },
  'env-findings.ts': {
    envMissing: [
      ['.env', 'DE_SITE_VERSION=1.2.3', 'de-example.env'],
      ['.env', 'RELEASE=2026.01.05', undefined],
    ],
    envExampleMissing: [['de-example.env', '.env']],
    envKeysUnset: [
      [['DB_HOST'], 'de-example.env'],
      [['DB_HOST', 'DB_PORT'], 'de-example.env'],
    ],
    envNul: [[{ file: '.env', line: 2, column: 3 }]],
    envDuplicate: [[key, 2]],
    envSyntax: (['key', 'no-value', 'quote', 'invalid', 'required', 'too-long', 'too-deep'] as const).map(
      (fault) => [fault, { file: '.env', line: 2, column: 3 }],
    ),
    envAmbiguous: [
      ['carriage-return', 'line-endings', key],
      ['no-key', 'plain-key', key],
      ['leading-hash', 'comment', key],
      ['hash', 'single-quotes', key],
      ['backtick', 'double-quotes', key],
      ['variable', 'literal-dollar', key],
      ['variable', 'move-down', key],
      ['backslash', 'plain-value', key],
      ['quote', 'double-quotes', key],
      ['space', 'single-quotes', key],
      ['no-compose-key', 'own-line', { file: '.env', subject: token }],
    ],
    envExpanded: [[['HOST', 'PORT'], key]],
    envKeyMissing: [
      [key, { example, needsValue: true }, undefined],
      [key, { example, needsValue: false }, { key: 'PAT_DESIRED', line: 7 }],
    ],
    envValueEmpty: [
      [key, { example, shape: 'a URL' }],
      [key, { example }],
    ],
    envValueShape: [
      [key, { example, shape: 'a URL' }],
      [key, { example }],
    ],
    envKeyUnknown: [
      [key, 'de-example.env', { meant: 'PAT_DESIRED', isMissing: true }],
      [key, 'de-example.env', { meant: 'PAT_DESIRED', isMissing: false }],
      [key, 'de-example.env', { meant: undefined, isMissing: false }],
    ],
    envTypeUnknown: [[key, 'type colour']],
    envDecoratorUnreadable: [[key, 'type']],
    envValueUnlikely: [[key, { example: { file: 'de-example.env', line: 3 }, shape: 'a whole number' }]],
    envDecoratorUnknown: [[key, 'requird', 'required']],
  },
  'file-findings.ts': {
    fileUnreadable: [['apps.json', denied]],
    fileNotRegular: [['apps.json']],
    fileTooLarge: [['apps.json', 2_000_000, 1_048_576]],
    fileNotUtf8: [[{ file: 'apps.json', line: 2, column: 3 }]],
    jsonFaulty: (
      [
        'json-bom',
        'json-duplicate-key',
        'json-unsafe-key',
        'json-too-deep',
        'empty',
        'end',
        'rest',
        'string',
        'escape',
        'quote',
        'comment',
        'number',
        'word',
        'key',
        'colon',
        'value',
        'comma',
        'trailing-comma',
      ] as const
    ).map((fault) => [fault, { file: 'apps.json', line: 2, column: 3 }]),
  },
  'flow-failures.ts': {
    interrupted: [
      ['archive 1.4.0'],
      ['build', 'Nothing was tagged; finished steps come from the build cache'],
    ],
    journalNotWritten: [['/srv/site/.de-build/journal.json', full]],
    journalUnreadable: [['/srv/site/.de-build/journal.json', denied]],
  },
  'git-failures.ts': {
    gitTokenRefused: [
      [{ url, token, output: 'fatal: Authentication failed' }],
      [{ url, token: 'written in apps.json line 3' }],
    ],
    gitTokenMissing: [[{ url }]],
    gitForbidden: [[{ url, token }], [{ url }]],
    gitRepositoryNotFound: [[{ url, token }], [{ url }]],
    gitHostUnreachable: [[{ url, reason: 'could not resolve host: github.com' }]],
    gitProxyFailed: [[{ url, reason: 'CONNECT tunnel failed, response 407' }]],
    gitTimeout: [[{ url, seconds: 30 }]],
    gitRateLimited: [
      [{ url, token, retryAfterSeconds: 60 }],
      [{ url, retryAfterSeconds: 600 }],
      [{ url, retryAfterSeconds: undefined }],
    ],
    gitHostFailed: [[{ url, reason: 'it answered 503' }]],
    gitTlsFailed: [
      [{ url, reason: 'the certificate has expired' }],
      [{ url, reason: 'An unexpected TLS packet was received' }],
    ],
    gitRedirected: [
      [{ url, token, to: 'https://elsewhere.example/x', isLoop: false }],
      [{ url, to: 'http://elsewhere.example/x', isLoop: false }],
      [{ url, to: url, isLoop: true }],
    ],
    gitAnswerCutOff: [[{ url, reason: 'transfer closed with 12 bytes remaining to read' }]],
    gitAnswerBroken: [[{ url, reason: 'the answer is a web page' }]],
    gitUrlUnsafe: [['ext::sh', 'Only https is asked.']],
    gitMissing: [[full]],
  },
  'git-ssh-failures.ts': {
    gitSshHostUnknown: [[{ url: sshUrl, output: 'Host key verification failed.' }]],
    gitSshHostChanged: [[{ url: sshUrl }], [{ url: 'ssh://git.example:2222/acme/app' }]],
    gitSshKeyRefused: [
      [{ url: sshUrl, hasAgent: false, keyFiles: 0 }],
      [{ url: sshUrl, hasAgent: false, keyFiles: 1 }],
      [{ url: sshUrl, hasAgent: true, keyFiles: 0 }],
    ],
    gitSshMissing: [[{ url: sshUrl }]],
  },
  'bench-failures.ts': {
    benchCommandFailed: [['--site erp.localhost clear-cache', 1, 'redis is down']],
    benchToolFailed: [['describe', 1, 'Access denied']],
  },
  'backup-failures.ts': {
    dumpIncomplete: [['erp.localhost', 'It has no end mark.']],
    backupDamaged: [['/site/.de-build/deployments/x/database.sql.gz', 'Its content is not what was saved.']],
    filesIncomplete: [['erp.localhost', 'private', 'It has no end mark.']],
    backupNotWritten: [
      ['/backups/20261129T120000Z-1.4.0', Object.assign(new Error('write'), { code: 'ENOSPC' })],
      ['/backups/20261129T120000Z-1.4.0', Object.assign(new Error('write'), { code: 'EACCES' })],
    ],
    backupNotFound: [
      [undefined, '/site/.de-build/backups', []],
      ['2025', '/site/.de-build/backups', ['20261129T120000Z-1.4.0']],
    ],
    badBackupDestination: [['restic:', 'It names no repository.']],
    backupOfNewerRelease: [['20261129T120000Z-1.5.0', '1.5.0', '1.4.0']],
    backupSiteMissing: [['20261129T120000Z-1.4.0', ['erp.localhost'], ['two.localhost']]],
    backupDatabaseUnsupported: [['erp.localhost', 'postgres']],
    nothingToBackUp: [['erp']],
    restoreUnfinished: [['20261129T120000Z-1.4.0']],
    restoreLosesData: [
      ['20261129T120000Z-1.4.0', 'Since noon, rows were written that would be lost: tabUser: 1 created.'],
    ],
    restoreFailed: [
      [
        '20261129T120000Z-1.4.0',
        'The bench could not be asked (restore).',
        'Access denied',
        '20261129T130000Z-1.4.0',
        'Access denied',
      ],
    ],
  },
  'restic-failures.ts': {
    resticMissing: [[new Error('spawn restic ENOENT')]],
    resticFailed: [
      ['/backups', 'snapshots', 1, 'Fatal: wrong password or no key found'],
      ['/backups', 'backup', null, ''],
    ],
  },
  'rehearsal-failures.ts': {
    databaseImageUnknown: [
      ['erp', 'db.example'],
      ['erp', ''],
    ],
    throwAwayFailed: [['A server ended; the end of its output follows.', 'no space left']],
  },
  'compose-failures.ts': {
    composeMissing: [[]],
    composeFailed: [
      ['docker compose up --detach backend', 1, 'No such image'],
      ['docker compose up --detach backend', null, ''],
    ],
    composeTooSlow: [['docker compose up --detach backend', 600, 'Container erp-configurator-1  Waiting']],
  },
  'container-failures.ts': { containerNameTaken: [['erp-de-build']] },
  'deploy-failures.ts': {
    deploymentRefused: [['acme/erp:1.1.0', []]],
    releaseTagDiffers: [['acme/erp:1.1.0', 'sha256:ab', '1.1.0']],
    deploymentUnreadable: [['/site/.de-build/deployments/x/deployment.json', new Error('x')]],
    deploymentUnfinished: [
      ['20261129T120000Z-1.1.0', 'acme/erp:1.1.0', { stage: 'migrate', command: 'deploy' }],
      ['20261129T120000Z-1.1.0', 'acme/erp:1.1.0', { stage: 'migrate', command: 'migrate' }],
    ],
    nothingToResume: [[]],
    deploymentFailed: [
      [services.siteNotServed('erp.localhost', '/ has status 502'), 'erp.localhost is in maintenance mode.'],
    ],
  },
  'rollback-failures.ts': {
    deploymentRolledBack: [
      [services.siteNotServed('erp.localhost', '/ has status 502'), 'acme/erp:1.0.0', ''],
      [
        services.siteNotServed('erp.localhost', '/ has status 502'),
        'acme/erp:1.0.0',
        'Since noon, rows were written that are lost: tabX: 1 created.',
      ],
    ],
    rollbackFailed: [
      [services.siteNotServed('erp.localhost', '/ has status 502'), rollback.nothingToRollBack('acme/erp')],
    ],
    rollbackNotWhole: [
      ['1.0.0', 'No deployment from this folder replaced it; there is a way back to 1.1.0.'],
      [undefined, 'Something else runs now.'],
    ],
    nothingToRollBack: [['erp']],
    rollbackLosesData: [['acme/erp:1.0.0', 'Since noon, rows were written that would be lost.']],
  },
  'service-failures.ts': {
    servicesNotReady: [[['backend (0 of 1)'], 180]],
    queueNotServed: [
      ['long', { state: 'queued', workers: 0, seconds: 60 }],
      ['long', { state: 'failed', workers: 2, seconds: 60 }],
    ],
    gateFailed: [
      ['./smoke.sh', 1, 'no orders'],
      ['./smoke.sh', null, ''],
    ],
    serviceSilent: [
      ['erp-backend-2', 'erp.localhost', { status: 0, seconds: 120 }, 'ImportError'],
      ['erp-backend-2', 'erp.localhost', { status: 500, seconds: 120 }, ''],
    ],
    siteNotServed: [['erp.localhost', '/ has status 502']],
  },
  'migration-failures.ts': {
    migratedNotServed: [['The gate `x` failed.', 'It ended with exit code 1', 'erp.localhost', 'x']],
    benchSiteUnknown: [
      ['erp', ['erp.localhost']],
      ['erp', []],
    ],
    patchNotFound: [
      ['erp.patches.x', 'acme/erp:1.1.0', { isDone: false, patches: [] }],
      ['erp.patches.x', 'acme/erp:1.1.0', { isDone: true, patches: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ],
    migrationFailed: [
      [
        'erp.localhost',
        { patch: 'acme.patches.fill', place: 'apps/acme/acme/patches/fill.py:12', exitCode: 1 },
        { serving: 'What ran before serves again.', log: '/site/migrate.log', output: 'ZeroDivisionError' },
      ],
      [
        'erp.localhost',
        { patch: undefined, place: undefined, exitCode: 1 },
        { serving: 'What ran before serves again.', log: '/site/migrate.log', output: '' },
      ],
    ],
  },
  'deploy-findings.ts': {
    deployOtherImage: [['backend', 'acme/erp:1.0.0', 'acme/erp:1.1.0']],
    deployServiceMigrates: [['migrator']],
    deployOneShotMigrates: [['migrator']],
    deployPullsAlways: [['backend', 'acme/erp:1.1.0']],
    deployDatabaseUnsupported: [['erp.localhost', 'postgres']],
    deployAppMissing: [['erp.localhost', 'hrms', 'acme/erp:1.1.0']],
    deployDiskFull: [
      [5e9, 2e9],
      [5e9, 5e8],
    ],
    deployOlderCode: [['1.0.0', ['erp.localhost']]],
  },
  'variant-findings.ts': {
    variantLacks: [
      [
        {
          kind: 'service',
          lacking: 'compose.local.yaml',
          items: [{ name: 'mailhog', file: 'compose.prod.yaml', line: 3 }],
        },
      ],
      [
        {
          kind: 'port',
          lacking: 'compose.local.yaml',
          items: Array.from({ length: 10 }, (_, index) => ({
            ...({
              kind: 'port',
              service: 'frontend',
              file: 'compose.prod.yaml',
              isOnPurpose: false,
            } as const),
            ...{ name: String(8080 + index), line: index + 1 },
          })),
        },
      ],
    ],
  },
  'project-failures.ts': {
    projectNotFound: [
      ['acme/erp', undefined, []],
      ['acme/erp', 'erp-test', ['erp', 'other']],
    ],
    projectAmbiguous: [['acme/erp', ['erp', 'erp-test']]],
    projectWithoutBench: [['erp', 'acme/erp', '/home/frappe/frappe-bench']],
    projectBusy: [
      ['erp', '`de-build deploy` has been running since noon: process 7 of me on host.', 'erp-de-build'],
    ],
    projectNotDown: [
      ['erp', ['erp_default'], 60],
      ['erp', ['erp-db-1', 'erp_default'], 60],
    ],
    attachNeedsTerminal: [[]],
    attachWithoutTerminal: [['backend']],
    serviceNotRunning: [['backend']],
    serviceUnknown: [
      ['erp', 'backnd', ['backend', 'frontend'], 'backend'],
      ['erp', 'x', ['backend'], undefined],
    ],
    scaleUnreadable: [['/srv/site/.de-build/scale.json', new Error('not JSON')]],
  },
  'project-findings.ts': {
    queuesUnread: [['Connection refused']],
    composeFilesElsewhere: [
      ['erp', ['/srv/erp/compose.yaml'], undefined],
      ['erp', ['/srv/erp/compose.yaml'], 'acme/erp:1.1.0'],
      ['erp', [], undefined],
    ],
    composeFilesChanged: [[['backend']], [['backend', 'frontend']]],
  },
  'lock-failures.ts': {
    siteLocked: [
      [
        '/srv/site',
        { holder: '`de-build build` runs as process 4711 of erp on erp-host.', waitedSeconds: 0 },
      ],
      ['/srv/site', { holder: 'It has not said who it is.', waitedSeconds: 600 }],
    ],
    lockNotTaken: [
      ['/srv/site/.de-build/lock', 'ENOSPC', full],
      ['/srv/site/.de-build/lock', 'flock: 3: No locks available'],
    ],
    lockProgramMissing: [[full]],
    lockUnsupported: [['win32']],
    badLockWait: [[]],
  },
  'manifest-failures.ts': {
    noReleaseRecorded: [['build-manifests']],
    manifestNotFound: [
      ['1.4.0', ['1.3.0', '1.2.0']],
      ['1.4.0', ['1.3.0']],
      ['1.4.0', []],
    ],
    manifestUnreadable: [[manifestFindings.manifestBroken('build-manifests/1.4.0.json', fault)]],
    manifestFolderUnreadable: [['build-manifests', denied]],
    manifestExists: [['build-manifests/1.4.0.json', '1.4.0']],
    manifestNotWritten: ['ENOSPC', 'EROFS', 'EACCES', 'EIO', 'EXDEV'].map((code) => [
      'build-manifests/1.4.0.json',
      Object.assign(new Error(SECRET), { code }),
    ]),
    companionNotWritten: [['build-manifests/1.4.0.intoto.json', full]],
  },
  'manifest-findings.ts': {
    manifestBroken: [['build-manifests/1.4.0.json', fault]],
    manifestInvalid: [['build-manifests/1.4.0.json', fault]],
    manifestUnreadableFile: [['build-manifests/1.4.0.json', denied]],
    manifestTooNew: [['build-manifests/1.4.0.json', 2]],
    manifestMisnamed: [['build-manifests/1.4.0.json', '1.5.0', 3]],
  },
  'mirror-failures.ts': {
    mirrorRefMoved: [
      [pin, 'b2'.repeat(20)],
      [{ ...pin, kind: 'tag', ref: 'v15.0.0' }, 'b2'.repeat(20)],
      [pin, undefined],
    ],
    mirrorCommitGone: [[pin], [pin, 'fatal: remote error: upload-pack: not our ref']],
    mirrorPinMalformed: [[url, 'A commit is 40 or 64 hexadecimal digits.']],
    mirrorCorrupt: [[pin, git.gitRepositoryNotFound({ url, token })]],
    mirrorNotWritten: [['/srv/site/.de-build/mirror', { reason: 'No space left on device', cause: full }]],
    mirrorBroken: [['/srv/site/.de-build/mirror/github.com-a-b.git', 'fatal: bad config line 1']],
    mirrorBusy: [['/srv/site/.de-build/mirror/github.com-a-b.git', 600]],
    mirrorSubmodules: [
      [pin, ['vendor/one']],
      [pin, ['a', 'b', 'c', 'd', 'e', 'f\n']],
    ],
    mirrorLfsPointers: [[pin, ['logo.png', 'a b.bin']]],
    mirrorMended: [
      [pin, []],
      [pin, ['b2'.repeat(20)]],
    ],
    mirrorRecordsUnreadable: [
      [
        [
          {
            id: 'manifest-broken',
            severity: 'error',
            what: 'build-manifests/1.4.0.json cannot be read.',
            why: 'It is not JSON.',
            fix: 'Restore it from git.',
          },
        ],
      ],
    ],
  },
  'process-failures.ts': {
    programMissing: [['docker-compose', denied]],
    programNotExecutable: [['git', denied]],
    programFolderUnusable: [
      ['git', { folder: '/srv/site', cause: Object.assign(new Error(SECRET), { code: 'ENOENT' }) }],
      ['git', { folder: '/srv/site', cause: denied }],
    ],
    programArgumentsTooLong: [['git', Object.assign(new Error(SECRET), { code: 'E2BIG' })]],
    programNotStarted: ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'EPERM'].map((code) => [
      'git',
      Object.assign(new Error(SECRET), { code }),
    ]),
    systemLimit: [
      [Object.assign(new Error(SECRET), { code: 'EMFILE' })],
      [Object.assign(new Error(SECRET), { code: 'ENOMEM' })],
    ],
  },
  'rebuild-failures.ts': {
    manifestEdited: [['1.4.0.json', ['The digest of its commits is sha256:ab, and sha256:cd is recorded']]],
    rebuildFilesDiffer: [
      [
        '1.4.0',
        {
          path: 'images/custom/Containerfile',
          recorded: 'sha256:ab',
          reasons: ["The site's folder has no such file", 'The site had uncommitted changes'],
        },
      ],
    ],
    siteCheckoutFailed: [[pin.commit, 'fatal: cannot write']],
    rebuildBaseGone: [['python:3.11-slim', 'sha256:ab', 'It is not on the engine.']],
    rebuildBaseUnknown: [['python:3.11-slim']],
    rebuildArgMissing: [['FRAPPE_PATH']],
    rebuildReplacesAside: [['1.4.0-replaced-0123456789ab']],
  },
  'repository-findings.ts': {
    repositoryNotPinned: [
      [
        cloned,
        {
          kind: 'not-readable',
          failure: { what: 'https://github.com/acme/erp does not exist.', why: 'The host answers 404.' },
        },
      ],
      [cloned, { kind: 'shell-decides' }],
      [cloned, { kind: 'no-ref', text: 'abc123' }],
      [cloned, { kind: 'partial' }],
      [cloned, { kind: 'history', command: 'git describe' }],
      [cloned, { kind: 'own-git-config' }],
      [cloned, { kind: 'inject' }],
      [cloned, { kind: 'never-pinned', version: '1.4.0' }],
    ],
    repositoryNotRecorded: [[cloned, '1.4.0']],
  },
  'ref-findings.ts': {
    refNotFound: [
      [erp, 'version-51', { nearest: ['version-15'], place }],
      [erp, 'version-51', { nearest: [], place }],
    ],
    defaultBranchMissing: [[erp, place]],
    refAmbiguous: [[erp, place]],
    branchMoves: [
      [erp, 'v15.4.2', { isTip: true, place }],
      [erp, 'v15.4.2', { isTip: false, place }],
      [{ name: 'frappe', ref: 'version-15' }, 'v15.4.2', { isTip: true, place: { file: '.env', line: 3 } }],
    ],
  },
  'release-failures.ts': {
    checksFailed: [[[error]], [[error, error, warning]], [[error, warning, warning]]],
    frozenNeedsSources: [[]],
    pushReplacesLocal: [['registry.example.com/acme/erp:1.4.0']],
    versionPushedBefore: [['registry.example.com/acme/erp:1.4.0', 'sha256:0123']],
    cacheUnsupported: [
      ['cacheTo', 'registry', endpoint],
      ['cacheFrom', 'local', endpoint],
    ],
    cacheWouldHoldToken: [['registry']],
    platformsMany: [[['linux/amd64', 'linux/arm64'], 'unix:///var/run/docker.sock']],
    platformsOnSeveralNodes: [[['linux/amd64', 'linux/arm64']]],
    platformUnsupported: [['linux/s390x', ['linux/amd64', 'linux/386']]],
    gitConfigHidden: [['images/custom/Containerfile', 9]],
    sourcesWouldBeCopied: [['images/custom/Containerfile', { line: 7, text: 'COPY . .' }]],
    sshNeedsSources: [[['mini_erp']], [['mini_erp', 'mini_hr']]],
    tagTakenMeanwhile: [['acme/erp:1.4.0', 'sha256:0123']],
    tagNotTakenBack: [
      ['acme/erp:1.4.0', manifest.manifestExists('1.4.0.json', '1.4.0'), engine.engineNotRunning(endpoint)],
      ['acme/erp:1.4.0', full, full],
    ],
  },
  'restore-failures.ts': {
    archiveDamaged: [
      ['/mnt/backup/acme-erp_1.4.0_0123456789ab.tar.gz', 'It has 3 bytes, and 9 were recorded.'],
    ],
    restoredOtherImage: [['/mnt/backup/acme-erp_1.4.0_0123456789ab.tar.gz', `sha256:${'a'.repeat(64)}`]],
    restoreTagHeld: [['acme/erp:1.4.0', `sha256:${'b'.repeat(64)}`]],
    releaseNotRestorable: [
      ['acme/erp:1.4.0', [{ from: '/mnt/backup/acme-erp_1.4.0.tar.gz', why: 'There is no such file.' }]],
    ],
    restoredEquivalentOnly: [
      ['acme/erp:1.4.0', 'acme/erp:1.4.0-rebuilt-0123456789ab', 'All 12 files are the same.'],
    ],
    restoredDifferent: [['acme/erp:1.4.0', 'Of its files 2 changed.']],
  },
  'secret-findings.ts': {
    buildSecretMissing: [
      [{ id: 'npmrc', isRequired: true, place: { file: recipe, line: 20 } }, '.env'],
      [{ id: 'pip.token', isRequired: false, place: { file: recipe, line: 20 } }, '.env'],
    ],
    buildSecretEmpty: [
      [{ id: 'npmrc', isRequired: true, place: { file: recipe, line: 20 } }, 'NPMRC in .env', true],
      [{ id: 'npmrc', isRequired: false, place: { file: recipe, line: 20 } }, '.npmrc', false],
    ],
    buildSecretUnused: [['npmrc', recipe]],
    sshAgentMissing: [
      [{ id: 'default', isRequired: true, place: { file: recipe, line: 20 } }],
      [{ id: 'default', isRequired: false, place: { file: recipe, line: 20 } }],
    ],
    buildSshMissing: [
      [{ id: 'default', isRequired: true, place: { file: recipe, line: 20 } }],
      [{ id: 'default', isRequired: false, place: { file: recipe, line: 20 } }],
    ],
  },
  'site-failures.ts': {
    siteNotFound: [['/srv/erp']],
    notASite: [['/srv/erp']],
    folderGone: [[]],
    siteUnreadable: [['/srv/erp', denied]],
    siteVersionMalformed: [
      ['v1.2.3', { shape: 'a semantic version such as 1.2.3', steps: ['next', 'patch'], nearest: '1.2.3' }],
      [undefined, { shape: 'a date such as 2026.11.28', steps: ['next', 'date'] }],
    ],
    siteVersionNotHigher: [
      ['1.3.0', '1.4.0'],
      ['1.4.0', '1.4.0'],
    ],
    siteVersionUnwritable: [['.env', 'DE_SITE_VERSION', 'No line sets it.']],
    envNotWritten: [['.env', full]],
    siteVersionMissing: [['.env', 'DE_SITE_VERSION', '1.2.3']],
    settingWrong: [['versionScheme', 'de-build.json']],
    appsUnreadable: [
      [
        {
          id: 'apps-json-broken',
          severity: 'error',
          what: 'apps.json is not JSON.',
          why: 'A comma is missing.',
          fix: 'Write one.',
          file: 'apps.json',
          line: 3,
        },
      ],
    ],
  },
  'site-repository-failures.ts': {
    siteRepositoryMissing: [[]],
    siteRepositoryUntrusted: [[]],
    siteRepositoryUnreadable: [[true], [false]],
    siteRepositoryDirty: [[['apps.json']], [['a', 'b', 'c', 'd', 'e', 'f', 'g']]],
    siteRepositoryBehind: [
      ['origin/main', { behind: 1, fetchedAt: new Date('2026-01-02') }],
      ['origin/main', { behind: 2, fetchedAt: undefined }],
    ],
  },
  'temporary-failures.ts': {
    temporaryFolderNotWritten: [['/tmp', full]],
    temporaryFolderNotRemoved: [['/tmp/de-build-git-4026531836-4711-Ab12Cd', denied]],
  },
  'token-findings.ts': {
    placeholderUnknown: [
      [token, { source: '.env', alias: 'DE_MACRS_PAT' }, place],
      [token, { source: ENVIRONMENT }, { file: 'apps.json' }],
    ],
    placeholderEmpty: [
      [token, { source: '.env', alias: 'DE_MACRS_PAT' }, place],
      [token, { source: ENVIRONMENT }, place],
    ],
    placeholderUnfilled: [[token, 'FRAPPE_PATH', { file: 'images/custom/Containerfile' }]],
    tokenAliasesDiffer: [[[token, 'DE_MACRS_PAT'], place]],
    tokenUnused: [[token, { file: '.env', line: 2 }]],
    placeholderUnusable: [[token, '.env', place]],
    secretMisplaced: [[token, place]],
    tokenExpired: [[token, new Date('2026-01-02')]],
    tokenExpiresSoon: [
      [token, new Date('2026-01-02'), 0],
      [token, new Date('2026-01-02'), 1],
      [token, new Date('2026-01-02'), 9],
    ],
  },
  'usage-failures.ts': {
    cacheEntryMalformed: [
      ['type=gha', 'cacheTo', 'has the type "gha", which is none of registry, local, inline'],
      ['mode=max', 'cacheFrom', 'names no type'],
    ],
    platformMalformed: [
      ['arm64', 'DOCKER_DEFAULT_PLATFORM', undefined],
      ['linux/arn64', '--platform', 'linux/arm64'],
    ],
    badBuildArg: [[]],
    checkUnknown: [
      ['engin', ['env', 'engine'], 'engine'],
      ['x', ['env', 'engine'], undefined],
    ],
    badPruneLimit: [['--keep-storage', '20GB']],
  },
  'version-findings.ts': {
    versionMissing: [
      [{ file: '.env', subject: 'DE_SITE_VERSION' }, '1.2.3'],
      [version, '2026.11.28'],
    ],
    versionMalformed: [
      ['malformed', version, { ...semver, next: [] }],
      ['malformed', version, { ...semver, otherScheme: 'four-part' }],
      ['malformed', version, calver],
      ['prefixed', version, { ...calver, nearest: '2026.11.29' }],
      ['build-metadata', version, semver],
      ['too-long', version, semver],
    ],
    versionTaken: [
      [
        '1.4.0',
        { file: ENVIRONMENT, subject: 'DE_SITE_VERSION' },
        { last: '1.5.0', isRecorded: true, image: 'acme/erp', next },
      ],
      ['1.4.0', version, { last: '1.5.0', isRecorded: true, image: 'acme/erp', next }],
      ['1.4.0', version, { last: '1.5.0', isRecorded: false, image: 'acme/erp', next }],
    ],
    versionLower: [
      [
        '1.5.0-1',
        version,
        { last: '1.5.0', isRecorded: true, image: 'acme/erp', next, otherScheme: 'revision' },
      ],
      ['1.4.0', version, { last: '1.5.0', isRecorded: false, image: 'acme/erp', next }],
    ],
  },
};

type Made = DeBuildError | Finding;
type Maker = (...given: readonly unknown[]) => Made;

/** Every function of the catalogue, with the results of its samples. */
export const functions = Object.entries(catalogue).flatMap(([file, module]) =>
  Object.entries(module as unknown as Record<string, Maker>)
    .filter(([, make]) => typeof make === 'function')
    .map(([name, make]) => {
      const calls = (samples as Record<string, Record<string, readonly (readonly unknown[])[]>>)[file]?.[
        name
      ];
      return { name, made: (calls ?? []).map((given) => make(...given)) };
    }),
);
