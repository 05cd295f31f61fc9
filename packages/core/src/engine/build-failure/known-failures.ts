import type { Advice } from '../../errors/build-failures.ts';

export interface KnownFailure extends Advice {
  /** What programs print then. */
  readonly signs: RegExp;
}

// From frappe/press (deploy_notifications.py), git, pip, uv, yarn, apt, BuildKit and the kernel.
export const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    signs: /no space left on device|ENOSPC|disk quota exceeded/i,
    title: 'The disk is full',
    advice:
      'Free space where the engine keeps its data: `de-build prune`, then `docker image prune`; `docker system df` shows what takes the space.',
  },
  {
    signs:
      /secret \S+: not found|secret \S+ not found|could not find secret|APPS_JSON_BASE64: (unbound|parameter)/i,
    title: 'The Containerfile mounts a secret that this build does not provide',
    advice:
      'The apps are the secret `apps_json`: mount it as `--mount=type=secret,id=apps_json`. Name the source of any other secret under `secrets` in de-build.json; `de-build check` says how.',
  },
  {
    signs:
      /server certificate verification failed|SSL certificate problem|CERTIFICATE_VERIFY_FAILED|self.signed certificate|unable to get local issuer/i,
    title: 'A certificate is not trusted inside the build',
    advice:
      'If a proxy of yours intercepts TLS, install its certificate authority in the base image (`update-ca-certificates`); otherwise check the clock of the machine and the address.',
  },
  {
    signs:
      /\$'\\r': command not found|Illegal option -\r?$|\\r: not found|bad interpreter: .*\^M|env: .*\\r/im,
    title: 'A script has Windows line endings',
    advice:
      'Save it with LF: `git config core.autocrlf input`, and `* text=auto eol=lf` in .gitattributes, keep it so. `de-build check` names the file.',
  },
  {
    signs:
      /Could not resolve host|Temporary failure (in name resolution|resolving)|EAI_AGAIN|getaddrinfo (ENOTFOUND|EAI)|Name or service not known|Could not resolve '/i,
    title: 'A host name could not be resolved inside the build',
    advice:
      'Check the DNS of the engine (`docker run --rm busybox nslookup github.com`), or build in the network of the machine with `--network host`.',
  },
  {
    signs:
      /Remote branch \S+ not found|Could not find remote branch|pathspec '[^']*' did not match|InvalidBranchException/i,
    title: 'A branch or tag of an app does not exist',
    advice:
      'Correct `branch` of that app in apps.json (or FRAPPE_BRANCH). It must be a branch or a tag, never a commit; `de-build check` names the nearest ones.',
  },
  {
    signs:
      /Authentication failed for|could not read (Username|Password)|Invalid username or (password|token)|Password authentication (is not supported|was removed)|requested URL returned error: 40[13]|HTTP Basic: Access denied|Write access to repository not granted|SAML SSO/i,
    title: 'A git host did not accept the token',
    advice:
      'Check that the token is valid, may read that repository, and is written as ${NAME} in the URL of the app in apps.json; `de-build check` tests each of them.',
  },
  {
    signs:
      /Repository not found|fatal: repository '[^']*' (not found|does not exist)|requested URL returned error: 404|InvalidRemoteException/i,
    title: 'A repository was not found',
    advice:
      'Check the URL of the app in apps.json. A host gives the same answer when the token cannot see a private repository.',
  },
  {
    signs:
      /A directory for the application '?frappe'? already exists|app(lication)? '?frappe'? already exists|frappe.*Do you want to continue and overwrite/i,
    title: 'frappe is listed in apps.json',
    advice:
      'Remove the frappe entry from apps.json: frappe itself comes from FRAPPE_PATH and FRAPPE_BRANCH, and for a second one bench asks a question that nobody answers.',
  },
  {
    signs: /already exists\. Do you want to continue and overwrite/i,
    title: 'An app is listed twice',
    advice: 'Two entries of apps.json have the same folder; remove one of them.',
  },
  {
    signs:
      /engine "node" is incompatible|Unsupported engine|requires? Node(\.js)? (version )?[>=^~v]*\d|Node\.js v?\d[\d.]* is not supported/i,
    title: "The Node version does not fit an app's requirement",
    advice:
      'Set NODE_VERSION in .env (or de-build.json) to a version that the line "Expected version" below allows, or use an older branch of the app.',
  },
  {
    signs:
      /requires a different Python|minimum supported Python version is|Python version \([\d.]+\) does not satisfy|Requires-Python|requires-python|No Python .* found that satisf/i,
    title: "The Python version does not fit an app's requirement",
    advice:
      'Set PYTHON_VERSION in .env (or de-build.json) to a version that the app allows (`requires-python` in its pyproject.toml), or use another branch of the app.',
  },
  {
    signs: /JavaScript heap out of memory|FATAL ERROR: .*Allocation failed/i,
    title: 'Node ran out of memory',
    advice:
      'Give the build more memory, or raise the limit of Node in the Containerfile: `ENV NODE_OPTIONS=--max-old-space-size=4096`.',
  },
  {
    signs: /exit code: 137|Cannot allocate memory|ENOMEM|MemoryError|OOMKilled|^Killed$/im,
    title: 'The step was killed, probably because memory ran out',
    advice:
      'Give the machine (or the virtual machine of Docker Desktop) more memory or swap; building Frappe assets needs about 4 GB.',
  },
  {
    signs: /toomanyrequests|429 Too Many Requests|rate limit/i,
    title: 'A server limits the number of requests',
    advice: 'Wait and run it again; logging in to the registry (`docker login`) raises the limit.',
  },
  {
    signs:
      /Connection (timed out|refused|reset by peer)|ETIMEDOUT|ECONNRE(SET|FUSED)|Network is unreachable|Max retries exceeded|trouble with your network connection|Failed to connect to|i\/o timeout|early EOF|RPC failed/i,
    title: 'The network failed inside the build',
    advice:
      'Run it again. If it fails again, check proxy and firewall for the network of the engine, or build with `--network host`.',
  },
  {
    signs: /Release file .* is not valid yet|is not yet valid|certificate is not yet valid/i,
    title: 'The clock of the machine is wrong',
    advice: 'Set the clock of the machine that runs the engine (`timedatectl`), then run it again.',
  },
  {
    signs: /Unable to locate package|has no installation candidate|404\s+Not Found \[IP/i,
    title: 'A Debian package was not found',
    advice:
      'Run `apt-get update` in the same RUN as `apt-get install`, and check the name of the package for the Debian release of the base image; `--no-cache` ignores an old cached step.',
  },
  {
    signs:
      /Required (frappe-dependency|app) .*not found|Required app not found|does not satisfy required version|Please install '[^']+' first and retry/i,
    title: 'An app that another one requires is missing or has another version',
    advice:
      'Add the required app to apps.json, before the one that needs it, at a branch that fits: bench does not fetch required apps.',
  },
  {
    signs:
      /pkg-config: (command )?not found|mysql_config: not found|Python\.h: No such file|command '\S*(gcc|g\+\+|cc)' failed|(gcc|g\+\+|make|cc): (command )?not found|error: Microsoft Visual/i,
    title: 'A tool or header to compile a Python or Node package is missing',
    advice:
      'Install it in the builder stage (`build-essential`, `pkg-config`, `python3-dev`, `libmariadb-dev`, whichever the error names), or pin a version of the package that has a wheel.',
  },
  {
    signs: /(yarn|npm|npx|corepack): (command )?not found|Please install (nodejs|yarn)/i,
    title: 'yarn or npm is missing in the build',
    advice:
      'Install Node and yarn in the builder stage before the first use of bench (`npm install -g yarn`).',
  },
  {
    signs: /(vite|vue-tsc|esbuild|tsc|webpack): (command )?not found/i,
    title: "A build tool of an app's frontend is missing",
    advice:
      'The app must name it in its package.json; yarn leaves devDependencies out where NODE_ENV is production.',
  },
  {
    signs:
      /lockfile needs to be updated|Integrity check failed|ERROR: yarn install --check-files|Couldn't find any versions for/i,
    title: "An app's JavaScript packages could not be installed",
    advice: 'Repair yarn.lock or package.json in the repository of the app named above the error.',
  },
  {
    signs:
      /No matching distribution found for|Could not find a version that satisfies|No solution found when resolving/i,
    title: 'A Python package was not found in the version that an app asks for',
    advice:
      'Check the requirement in the pyproject.toml of the app, and that the package supports the PYTHON_VERSION of the build.',
  },
  {
    signs: /package is installed from PyPI, which isn't supported/i,
    title: 'An app asks for frappe from PyPI',
    advice: 'Remove frappe from the dependencies in its pyproject.toml or requirements.txt.',
  },
  {
    signs: /No module named 'frappe'/i,
    title: 'An app imports frappe during its installation',
    advice: 'Remove imports of frappe from the `__init__.py` (or setup.py) of that app.',
  },
  {
    signs:
      /No python dependency file found|invalid pyproject\.toml|TOMLDecodeError|Could not determine the package name|Invalid version|does not appear to be a Python project/i,
    title: 'An app is not a valid Python project',
    advice: 'Repair its pyproject.toml (name, version, build-backend) in its repository.',
  },
  {
    signs: /ModuleNotFoundError: No module named|ImportError: cannot import name/i,
    title: 'A Python import of an app fails',
    advice:
      'Add what it imports to the dependencies of the app, or use an earlier version of its dependency.',
  },
  {
    signs:
      /\[ERROR\] \[plugin (vue|frappe-vue-style)\]|Command 'bench build --app|error Command failed with exit code|Build failed with \d+ error/i,
    title: "An app's frontend could not be built",
    advice: 'Read the error above it: it names the file of the app that does not compile.',
  },
  {
    signs:
      /failed to (compute cache key|calculate checksum).*not found|^"\/[^"\n]*" not found|COPY failed|lstat \S+: no such file/ims,
    title: 'A file that the Containerfile copies is not in the build context',
    advice:
      'Check the path, which is relative to the context, and .dockerignore. `.env`, apps.json and `.de-build` are never sent.',
  },
  {
    signs: /syntax error in pattern|illegal exclusion pattern|error parsing regexp/i,
    title: 'A pattern of paths is invalid',
    advice:
      'Correct it in .dockerignore, or in a COPY with a wildcard: a `[` needs a `]` with something between them, something must follow a `!` or a `\\`, and a `\\` in front of a sign such as `[` makes it literal.',
  },
  {
    signs: /exec format error/i,
    title: 'The base image is for another kind of processor',
    advice: 'Use a base image for the platform of the engine, or install emulation for the other one.',
  },
  {
    signs:
      /originates from a subprocess, and is likely not a problem with pip|Failed building wheel|Failed to build `/i,
    title: 'A Python package could not be built',
    advice:
      'Read the error above it; a newer version of the package, or another PYTHON_VERSION, may have a wheel.',
  },
];
