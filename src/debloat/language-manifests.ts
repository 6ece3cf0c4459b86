import {isLanguageManifest} from '../image/packages-language.js';
import type {ContainerPath} from '../model/container-path.js';
import {isOfDistribution, ownerName} from '../model/image-index.js';
import type {PackagePresence} from '../sbom/installed.js';
import type {PlannedFile} from './planned-file.js';

/**
 * Manifests by which scanners know packages of languages, of those packages of which other files stay: without them a scanner is
 * blind to code that is there. The manifest of a package that is gone goes with it.
 *
 * @param presence what the decisions leave of each package
 */
export function manifestsOfKept(files: readonly PlannedFile[], presence: readonly PackagePresence[]): ReadonlySet<ContainerPath> {
  const kept = new Set(presence.flatMap(({package: installed, keptFiles}) => (!isOfDistribution(installed.manager) && keptFiles > 0 ? [ownerName(installed)] : [])));
  return new Set(files.flatMap(({path, package: owner}) => (owner !== null && kept.has(owner) && isLanguageManifest(path) ? [path] : [])));
}
