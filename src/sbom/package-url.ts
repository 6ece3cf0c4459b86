import {type Distribution, type InstalledPackage, isOfDistribution} from '../model/image-index.js';

const types = {dpkg: 'deb', apk: 'apk', rpm: 'rpm'} as const;
const vendors = {dpkg: 'debian', apk: 'alpine', rpm: 'redhat'} as const;

/**
 * `pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12`, `pkg:npm/%40types/node@20.1.0`
 * (https://github.com/package-url/purl-spec, types deb, apk, rpm, pypi, npm, gem, maven). An rpm's epoch is no part of its version there. A file's name does not tell Maven's group.
 */
export function packageUrl(installed: InstalledPackage, {id, version: release}: Distribution): string {
  const {manager, name, version, architecture, source} = installed;
  if (!isOfDistribution(manager)) {
    const names = manager === 'pypi' ? name.toLowerCase().replaceAll('_', '-') : name;
    return `pkg:${manager}/${names.split('/').map(encode).join('/')}@${encode(version)}`;
  }
  const [, epoch, ownVersion = version] = manager === 'rpm' ? (/^(?:(\d+):)?(.*)$/s.exec(version) ?? []) : [];
  const qualifiers = [
    ...(architecture === '' ? [] : [`arch=${encode(architecture)}`]),
    ...(id === '' ? [] : [`distro=${encode(release === '' ? id : `${id}-${release}`)}`]),
    ...(epoch === undefined ? [] : [`epoch=${epoch}`]),
    ...(source === null ? [] : upstreamOf(installed, source)),
  ];
  return `pkg:${types[manager]}/${encode(id === '' ? vendors[manager] : id)}/${encode(name)}@${encode(ownVersion)}${qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`}`;
}

/** What scanners look for notices by: the source's name, with its version where that is another; of rpm its package's file. */
function upstreamOf({manager, name, version}: InstalledPackage, source: NonNullable<InstalledPackage['source']>): string[] {
  if (manager === 'rpm') {
    return [`upstream=${encode(`${source.name}-${source.version}.src.rpm`)}`];
  }
  const isSame = source.version === version;
  return source.name === name && isSame ? [] : [`upstream=${encode(isSame ? source.name : `${source.name}@${source.version}`)}`];
}

/** Percent-encodes all but letters, digits and `.-_~:`, as the specification wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%3A', ':');
}
