import { APPS } from './tool/apps.ts';
import { BASE } from './tool/base.ts';
import { DATABASE } from './tool/database.ts';
import { JOBS } from './tool/jobs.ts';
import { WEB } from './tool/web.ts';

const ACTIONS = String.raw`
ACTIONS = {
    "describe": lambda: describe(),
    "dump": lambda site: dump(site),
    "restore": lambda site, path, only: restore(site, path, json.loads(only)),
    "disconnect": lambda site: disconnect(site),
    "rows": lambda site: rows(site),
    "common": lambda: COMMON,
    "touched": lambda site: touched(site),
    "lost": lambda site, since: lost(site, since),
    "probe": lambda base, site: probe(base, site),
    "try-queues": lambda site, queues, seconds: try_queues(site, queues, seconds),
    "load": lambda: load(),
    "scheduler-off": lambda site: scheduler_off(site),
    "patches": lambda site: site_patches(site),
    "log-patch": lambda site, patch, note: log_patch(site, patch, note),
    "maintenance": lambda names, state: set_maintenance(names, state),
    "status": lambda url, site: {"status": fetch(url, site)[0]},
    "reload-nginx": lambda addresses: reload_nginx(addresses),
    "bundles": lambda: bundles(),
    "pack-bundles": lambda names: pack_bundles(names),
    # As the configurator of frappe_docker does it.
    "apps": lambda: write_apps("".join(f"{app}\n" for app in image_apps())),
    "forget": lambda site: forget(site),
    "write-apps": lambda text: write_apps(text),
    "time": lambda site: time(site),
    "config": lambda site: read_json(f"sites/{site}/site_config.json"),
}
print(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))
`;

/**
 * What de-build asks of a bench, as a program that runs in a container of the site's image; it needs Python's own library and
 * MariaDB's client. It prints one JSON document, or with `dump` a packed dump. Passwords go from site_config.json to the
 * client through a pipe: never to argv, the environment or a file.
 */
export const BENCH_TOOL = [BASE, DATABASE, APPS, WEB, JOBS, ACTIONS].join('');
