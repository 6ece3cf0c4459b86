import {type Bill, billTime, billUuid} from './bill.js';
import {packageUrl} from './package-url.js';

/** A CycloneDX 1.6 document in JSON (https://cyclonedx.org/docs/1.6/json/): the image, and the packages in it. */
export function cycloneDxDocument(bill: Bill, toolVersion: string): object {
  const {image, packages, distribution} = bill;
  const components = packages.map(({package: installed, files, keptFiles}) => {
    const purl = packageUrl(installed, distribution);
    const {name, version, source} = installed;
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      purl,
      properties: [
        ...(source === null ? [] : [property('source', `${source.name} ${source.version}`)]),
        property('files', String(files)),
        property('files-kept', String(keptFiles)),
      ],
    };
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${billUuid(bill, 'cyclonedx')}`,
    version: 1,
    metadata: {
      timestamp: billTime(bill),
      tools: {components: [{type: 'application', name: 'winnow', version: toolVersion}]},
      component: {type: 'container', 'bom-ref': image.id, name: image.name, version: image.id},
    },
    components,
    dependencies: [{ref: image.id, dependsOn: components.map(({purl}) => purl)}],
  };
}

const property = (name: string, value: string): {name: string; value: string} => ({name: `winnow:${name}`, value});
