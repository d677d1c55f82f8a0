import pino, { stdTimeFunctions as times } from "pino";
import * as fs from "node:fs";
const { readFile: read, ...others } = require("node:fs/promises");

export const logger = pino({ level: "info", ...others });
export { a as b } from "./a.js";

class Store extends Base {
  #secret = 1;
  static hits = new Counter({ name: "hits", labelNames: ["path"] });
  constructor(url) {
    super();
    this.url = url;
  }
  async load(id, { retries = 3 } = {}) {
    const span = tracer.startSpan(`load ${id} é`);
    try {
      const response = await fetch(this.url + "/" + id);
      return await response.json();
    } catch (error) {
      logger.error({ err: error, id }, "load failed");
      throw error;
    } finally {
      span.end();
    }
  }
}

app.get("/x", async (req, res, next) => {
  for (const item of await list()) {
    if (!item) continue;
    await save(item).catch(() => {});
  }
  read("x").then((text) => res.send(text), (err) => next(err));
  fs.readFile("x", (err, data) => {
    if (err) return console.error(err);
    done(data?.length ?? 0);
  });
  try {
    risky();
  } catch {
    process.exit(1);
  }
});
module.exports = { Store, load: function load() { return /a[/]b/.test("x"); } };
