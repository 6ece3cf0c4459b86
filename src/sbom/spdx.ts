import {type Bill, billTime, billUuid, keptText} from './bill.js';
import {packageUrl} from './package-url.js';

const unknown = 'NOASSERTION';

/** An SPDX 2.3 document in JSON (https://spdx.github.io/spdx-spec/v2.3/): the image, and the packages in it. */
export function spdxDocument(bill: Bill, toolVersion: string): object {
  const {image, packages, distribution} = bill;
  const created = billTime(bill);
  const tool = `Tool: winnow-${toolVersion}`;
  const idOf = (at: number): string => `SPDXRef-Package-${at + 1}`;
  const unstated = {downloadLocation: unknown, filesAnalyzed: false, licenseConcluded: unknown, licenseDeclared: unknown, copyrightText: unknown};
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image.name,
    documentNamespace: `urn:uuid:${billUuid(bill, 'spdx')}`,
    creationInfo: {created, creators: [tool]},
    packages: [
      {
        SPDXID: 'SPDXRef-Image',
        name: image.name,
        versionInfo: image.id,
        primaryPackagePurpose: 'CONTAINER',
        checksums: [{algorithm: 'SHA256', checksumValue: image.id.replace(/^sha256:/, '')}],
        ...unstated,
      },
      ...packages.map((presence, at) => {
        const {name, version, source} = presence.package;
        const kept = keptText(presence);
        return {
          SPDXID: idOf(at),
          name,
          versionInfo: version,
          primaryPackagePurpose: 'LIBRARY',
          ...(source === null ? {} : {sourceInfo: `built from ${source.name} ${source.version}`}),
          externalRefs: [{referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: packageUrl(presence.package, distribution)}],
          ...(kept === null ? {} : {annotations: [{annotationDate: created, annotationType: 'OTHER', annotator: tool, comment: `in this image: ${kept}`}]}),
          ...unstated,
        };
      }),
    ],
    relationships: [
      {spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image'},
      ...packages.map((_, at) => ({spdxElementId: 'SPDXRef-Image', relationshipType: 'CONTAINS', relatedSpdxElement: idOf(at)})),
    ],
  };
}
