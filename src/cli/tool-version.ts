/** As package.json says. */
export const toolVersion = '0.1.0';
