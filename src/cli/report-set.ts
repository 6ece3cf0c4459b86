import {writeFile} from 'node:fs/promises';
import type {DebloatedImage} from '../debloat/debloat-image.js';
import {reportDocument, reportText} from '../debloat/report.js';
import type {DebloatReport} from '../model/debloat-report.js';
import {plural} from '../model/plural.js';
import type {CommandContext} from './context.js';
import {printReport} from './debloat-report.js';
import {writeDocument} from './write-document.js';
import {writeOutputFile} from './write-output.js';

export interface ReportOf {
  readonly report: DebloatReport;
  readonly image: DebloatedImage;
}

/** Text where the name says so, else JSON. Of several images it is `winnow.report-set/1`. */
export async function writeReports(file: string, reports: readonly ReportOf[], context: CommandContext): Promise<void> {
  await (file.endsWith('.txt')
    ? writeOutputFile(file, (name) => writeFile(name, reports.map(({report}) => reportText(report)).join('\n')), context)
    : writeDocument(file, asOne(reports, reports.map(({report}) => reportDocument(report))), context));
}

/** What came of it, without the lists of what was removed. */
export function printReports(reports: readonly ReportOf[], context: CommandContext): void {
  if (context.json) {
    context.printJson(asOne(reports, reports.map(({report, image: {changedLayers}}) => {
      const {removed: _, filtered: __, ...rest} = reportDocument(report) as Record<string, unknown>;
      return {...rest, debloated: report.debloated === null ? null : {...report.debloated, changedLayers}};
    })));
    return;
  }
  reports.forEach(({report, image}) => printReport(report, image, context));
  if (reports.length > 1 && reports.every(({report: {debloated}}) => debloated !== null)) {
    const {before, after} = sharedLayers(reports);
    context.print(`shared: ${plural(after, 'layer')}${before === after ? ', as before' : ` (${before} before)`}`);
  }
}

/** The only document itself, else all in one. */
function asOne(reports: readonly ReportOf[], [document = {}, ...others]: readonly object[]): object {
  return others.length === 0 ? document : {schema: 'winnow.report-set/1', images: [document, ...others], sharedLayers: sharedLayers(reports)};
}

/** How many layers more than one image has. */
function sharedLayers(reports: readonly ReportOf[]): {before: number; after: number} {
  const countShared = (images: readonly (readonly string[])[]): number =>
    new Set(images.flatMap((layers, at) => layers.filter((layer) => images.some((others, other) => other !== at && others.includes(layer))))).size;
  return {before: countShared(reports.map(({report}) => report.original.layers)), after: countShared(reports.map(({report}) => report.debloated?.layers ?? []))};
}
