/** What visitors get: maintenance mode, pages, the frontend's nginx and its bundles. Python. */
export const WEB = String.raw`
def set_maintenance(names, state):
    """As bench does it, but whole: a server that reads the file meanwhile never finds half of it."""
    for site in json.loads(names):
        path = f"sites/{site}/site_config.json"
        config = read_json(path)
        config["maintenance_mode"] = int(state)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(config, file, indent=1, sort_keys=True)
        shutil.copymode(path, f"{path}.new")
        os.replace(f"{path}.new", path)
    return {}

def fetch(url, site):
    request = urllib.request.Request(url, headers={"Host": site})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read(2_000_000)
    except urllib.error.HTTPError as error:
        return error.code, error.read(100_000)
    except OSError as error:
        return 0, str(getattr(error, "reason", error)).encode()

def probe(base, site):
    """A page with the bundle that it names, the API, and socket.io, as a visitor gets them through the frontend."""
    found = {"ping": fetch(f"{base}/api/method/ping", site)[0]}
    status, page = fetch(f"{base}/", site)
    found["page"] = status
    if status == 0:
        found["why"] = page.decode("utf-8", "replace")[:300]
    bundle = re.search(rb'/assets/[^"\'\s<>]+\.bundle\.[^"\'\s<>]+\.(?:js|css)', page)
    if bundle:
        found["bundlePath"] = bundle.group(0).decode()
        found["bundle"] = fetch(f"{base}{found['bundlePath']}", site)[0]
    found["socketio"] = fetch(f"{base}/socket.io/?EIO=4&transport=polling", site)[0]
    return found

def nginx_workers():
    """Their process ids, and those of them that still take connections."""
    found, taking = set(), set()
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                title = file.read()
        except OSError:
            continue
        if title.startswith(b"nginx: worker process"):
            found.add(path)
            if b"shutting down" not in title:
                taking.add(path)
    return found, taking

HOSTS_MARK = " # de-build\n"

def name_hosts(addresses):
    """Names win over those that the engine knows, until the container is started again."""
    with open("/etc/hosts", "r+") as file:
        lines = [line for line in file if not line.endswith(HOSTS_MARK)]
        lines += [f"{address} {name}{HOSTS_MARK}" for name, found in addresses.items() for address in found]
        file.seek(0)
        file.write("".join(lines))
        file.truncate()

def pin_assets():
    """Every container that starts makes the link sites/assets again; nginx must not look there meanwhile."""
    folder = os.path.realpath("sites/assets")
    if os.path.basename(folder) != "assets" or folder == os.path.abspath("sites/assets"):
        return
    for path in glob.glob("/etc/nginx/conf.d/*.conf"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        pinned = re.sub(r"location /assets\s*\{(?!\s*(?:root|alias)\b)", lambda found: f"{found.group(0)} root {os.path.dirname(folder)};", text)
        if pinned == text:
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(pinned)
        if subprocess.run(["nginx", "-t"], stdin=subprocess.DEVNULL, capture_output=True).returncode:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

def reload_nginx(addresses):
    """nginx looks up the addresses of its upstreams when it starts or reloads; its old workers end what they began."""
    pin_assets()
    name_hosts(json.loads(addresses))
    before, _ = nginx_workers()
    done = subprocess.run(["nginx", "-s", "reload"], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise SystemExit(done.stderr.decode("utf-8", "replace").strip())
    end = clock.monotonic() + 10
    while clock.monotonic() < end:
        _, taking = nginx_workers()
        if taking and not taking & before:
            return {}
        clock.sleep(0.05)
    raise SystemExit("its workers were not replaced within 10 s")

def bundles():
    """The files that pages name by their hash, as bench lists them, below the folder of the assets."""
    folder = os.path.realpath("sites/assets")
    named = set()
    for path in glob.glob(f"{folder}/assets*.json"):
        named.update(str(one).removeprefix("/assets/") for one in read_json(path).values())
    return {"folder": folder, "files": sorted(name for name in named if os.path.isfile(f"{folder}/{name}"))}

def pack_bundles(names):
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for name in json.loads(names):
            tar.add(f"{os.path.realpath('sites/assets')}/{name}", name)
    sys.stdout.flush()
    raise SystemExit(0)
`;
