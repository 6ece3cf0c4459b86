import {Spec, Validation} from '@cyclonedx/cyclonedx-library';
import {Ajv} from 'ajv';
import addFormats from 'ajv-formats';
import test from 'ava';
import type {Decision} from '../../src/model/debloat-config.js';
import type {ImageIndex, InstalledPackage} from '../../src/model/image-index.js';
import {type Bill, billAfter, billBefore} from '../../src/sbom/bill.js';
import {cycloneDxDocument} from '../../src/sbom/cyclonedx.js';
import {spdxDocument} from '../../src/sbom/spdx.js';

const created = new Date('2025-01-02T03:04:05.678Z');
const imageId = `sha256:${'a1'.repeat(32)}`;
const deb = (name: string, version = '1.0-1', source = name): InstalledPackage => ({manager: 'dpkg', name, version, architecture: 'amd64', source: {name: source, version}});
const file = (path: string, owner: string | null, bytes = 9): ImageIndex['files'][number] => ({
  path, type: 'file', layer: 0, bytes, mode: 0o644, uid: 0, gid: 0, linkTarget: null, hardLinkGroup: null, package: owner, interpreter: null, digest: null,
});
const index: ImageIndex = {
  image: {name: 'shop:1.4', id: imageId, layers: []},
  distribution: {id: 'debian', version: '12'},
  packages: [deb('perl'), deb('libc6', '2.36-9+deb12u9', 'glibc'), deb('tzdata', '1:2024a~0')],
  files: [file('/usr/bin/perl', 'perl'), file('/lib/libc.so.6', 'libc6'), file('/lib/libm.so.6', 'libc6'), file('/empty', 'perl', 0), file('/usr/share/zoneinfo/UTC', 'tzdata'), file('/srv/own', null)],
};
const decisions = new Map<string, Decision>([['/usr/bin/perl', 'remove'], ['/lib/libm.so.6', 'remove'], ['/srv/own', 'remove']]);
const bills: Readonly<Record<string, Bill>> = {
  'the image as it came': billBefore(index, created),
  'the debloated image': billAfter({name: 'shop:small', id: `sha256:${'b2'.repeat(32)}`, layers: []}, index, decisions, created),
  'an image without packages': billBefore({...index, packages: [], files: []}, created),
};

/** What the specification demands of the members used here, from its own words (sections 6 to 12), nothing beside them allowed. */
const text = {type: 'string', minLength: 1};
const spdxId = {type: 'string', pattern: '^SPDXRef-[A-Za-z0-9.-]+$'};
const instant = {type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$'};
const strict = (properties: Readonly<Record<string, object>>, required: readonly string[] = Object.keys(properties)): object => ({type: 'object', additionalProperties: false, required, properties});
const spdxSchema = strict({
  spdxVersion: {const: 'SPDX-2.3'},
  dataLicense: {const: 'CC0-1.0'},
  SPDXID: {const: 'SPDXRef-DOCUMENT'},
  name: text,
  documentNamespace: {type: 'string', format: 'uri', pattern: '^[^#]+$'},
  creationInfo: strict({created: instant, creators: {type: 'array', minItems: 1, items: {type: 'string', pattern: '^(Tool|Person|Organization): .'}}}),
  packages: {type: 'array', items: strict({
    SPDXID: spdxId, name: text, versionInfo: text, downloadLocation: {const: 'NOASSERTION'}, filesAnalyzed: {const: false},
    licenseConcluded: {const: 'NOASSERTION'}, licenseDeclared: {const: 'NOASSERTION'}, copyrightText: {const: 'NOASSERTION'},
    primaryPackagePurpose: {enum: ['APPLICATION', 'FRAMEWORK', 'LIBRARY', 'CONTAINER', 'OPERATING-SYSTEM', 'DEVICE', 'FIRMWARE', 'SOURCE', 'ARCHIVE', 'FILE', 'INSTALL', 'OTHER']},
    sourceInfo: text,
    checksums: {type: 'array', items: strict({algorithm: {const: 'SHA256'}, checksumValue: {type: 'string', pattern: '^[0-9a-f]{64}$'}})},
    externalRefs: {type: 'array', items: strict({referenceCategory: {const: 'PACKAGE-MANAGER'}, referenceType: {const: 'purl'}, referenceLocator: {type: 'string', pattern: '^pkg:'}})},
    annotations: {type: 'array', items: strict({annotationDate: instant, annotationType: {enum: ['REVIEW', 'OTHER']}, annotator: {type: 'string', pattern: '^Tool: .'}, comment: text})},
  }, ['SPDXID', 'name', 'downloadLocation'])},
  relationships: {type: 'array', items: strict({spdxElementId: spdxId, relationshipType: {enum: ['DESCRIBES', 'CONTAINS']}, relatedSpdxElement: spdxId})},
});

for (const [title, bill] of Object.entries(bills)) {
  test(`SPDX 2.3 of ${title} has what the specification demands, and its ids lead somewhere`, (t) => {
    const ajv = new Ajv({allErrors: true});
    addFormats.default(ajv);
    const document = spdxDocument(bill, '0.1.0') as {packages: {SPDXID: string}[]; relationships: {spdxElementId: string; relatedSpdxElement: string}[]};
    t.true(ajv.validate(spdxSchema, document), ajv.errorsText());
    const ids = ['SPDXRef-DOCUMENT', ...document.packages.map(({SPDXID}) => SPDXID)];
    t.is(new Set(ids).size, ids.length);
    t.true(document.relationships.every(({spdxElementId, relatedSpdxElement}) => ids.includes(spdxElementId) && ids.includes(relatedSpdxElement)));
  });

  test(`CycloneDX 1.6 of ${title} is valid by the schema of its makers`, async (t) => {
    const problem: unknown = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(JSON.stringify(cycloneDxDocument(bill, '0.1.0')));
    t.is(problem, null);
  });
}

test('a package whose content went is gone, one of which a part went says so', (t) => {
  const {packages = [], ...rest} = spdxDocument(bills['the debloated image'] ?? billBefore(index, created), '1') as {packages?: {name: string; annotations?: {comment: string}[]}[]};
  t.deepEqual(packages.map(({name}) => name), ['shop:small', 'libc6', 'tzdata']);
  t.is(packages[1]?.annotations?.[0]?.comment, 'in this image: 1 of 2 files');
  t.is(packages[2]?.annotations, undefined);
  t.truthy(rest);
});

test('package URLs carry architecture, distribution and source', (t) => {
  const {components} = cycloneDxDocument(billBefore(index, created), '1') as {components: {purl: string}[]};
  t.deepEqual(components.map(({purl}) => purl), [
    'pkg:deb/debian/perl@1.0-1?arch=amd64&distro=debian-12',
    'pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=amd64&distro=debian-12&upstream=glibc',
    'pkg:deb/debian/tzdata@1:2024a~0?arch=amd64&distro=debian-12',
  ]);
});

test('equal images give equal documents, others have other ids', (t) => {
  const bill = billBefore(index, created);
  t.deepEqual(spdxDocument(bill, '1'), spdxDocument({...bill}, '1'));
  const number = (of: Bill): unknown => (cycloneDxDocument(of, '1') as {serialNumber: string}).serialNumber;
  t.not(number(bill), number({...bill, image: {...bill.image, id: `sha256:${'c3'.repeat(32)}`}}));
});
