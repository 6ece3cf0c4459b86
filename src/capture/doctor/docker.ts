import {WinnowError} from '../../model/winnow-error.js';
import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

export async function checkDocker(host: Host): Promise<Check> {
  try {
    const {name, version, storageDriver, cgroupDriver} = await host.engine();
    return ok('docker', `${name} ${version}, storage ${storageDriver}, cgroups by ${cgroupDriver}`);
  } catch (error) {
    if (!(error instanceof WinnowError)) {
      throw error;
    }
    return no('docker', error.message, await mend(host));
  }
}

async function mend(host: Host): Promise<string> {
  if (host.dockerHost !== undefined) {
    return 'unset DOCKER_HOST (or start the engine it names)';
  }
  if ((await host.run('dockerd', ['--version'])) === null) {
    return 'apt-get install docker.io';
  }
  if (host.exists('/run/systemd/system')) {
    return 'systemctl start docker';
  }
  return host.exists('/proc/net/ip_tables_names') ? 'dockerd &' : 'dockerd --bridge=none --iptables=false &';
}
