"use strict";
const http = require("node:http");
const { name, version } = require("./package.json");

const server = http.createServer((request, response) => {
  const page = request.url === "/health" ? { status: "ok", version } : { name, version };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(page) + "\n");
});
server.listen(Number(process.env.PORT), "127.0.0.1");
