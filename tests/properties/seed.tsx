import pino, { stdTimeFunctions as times } from "pino";
import * as fs from "node:fs";
const { readFile: read, ...others } = require("node:fs/promises");

export const logger = pino({ level: "info", ...others });
export { a as b } from "./a.js";

class Store extends Base {
  #secret = 1;
  static hits = new Counter({ name: "hits", labelNames: ["path"] });
  constructor(private readonly url: string) {
    super();

  }
  async load<T extends object>(id: string, { retries = 3 }: { retries?: number } = {}): Promise<T> {
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
interface Shape<T> extends Other { readonly name: string; size?: T }
type Pair = [string, number] | Record<string, unknown>;
enum Level { Info = "info", Error = "error" }
@Controller("users")
export class Users {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}
  @Get(":id") async one(@Param("id") id: string): Promise<void> {
    const value = (await this.find(id)) as unknown as Shape<string>;
    this.log.warn(value!.name satisfies string, { id });
  }
}
declare module "x" { export function f(): void }
export const View: React.FC<{ id: string }> = ({ id }) => {
  const [rows, setRows] = useState<string[]>([]);
  useEffect(() => { load(id).then(setRows).catch(() => {}); }, [id]);
  return <div className="x" onClick={() => save(id)}>{rows.map((row) => <Row key={row} {...row} />)} é</div>;
};
