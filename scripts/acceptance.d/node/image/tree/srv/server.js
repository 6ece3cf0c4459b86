'use strict';
const http = require('node:http');
const {readFile} = require('node:fs/promises');

const server = http.createServer(async (request, response) => {
  if (request.url === '/hash') {
    const {createHash} = require('node:crypto');
    response.end(createHash('sha256').update(await readFile(__filename)).digest('hex'));
  } else {
    response.writeHead(request.url === '/' ? 200 : 404).end('a page\n');
  }
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
process.once('SIGTERM', () => server.close(() => process.exit(0)));
